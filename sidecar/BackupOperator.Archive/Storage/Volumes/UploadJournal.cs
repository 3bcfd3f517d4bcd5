using System.Globalization;

namespace BackupOperator.Archive.Storage.Volumes;

/// <summary>
/// The parts of an upload that were written, a line each: number, size, SHA-256. It says where to look and no more: a
/// part counts when the bytes that are there now have that hash. So a torn line, or data that a loss of power took, does
/// no harm, and nothing here waits for the disk.
/// </summary>
internal static class UploadJournal
{
    private static readonly Lock Gate = new();

    public static void Append(string path, StoredPart part)
    {
        var line = System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{part.Number} {part.Size} {part.ETag}\n"));
        lock (Gate)
        {
            using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            file.Write(line);
        }
    }

    public static IReadOnlyList<StoredPart> Read(string path, int partSize)
    {
        var parts = new SortedDictionary<int, StoredPart>();
        foreach (var line in File.ReadLines(path))
        {
            if (line.Split(' ') is [var number, var size, { Length: 64 } etag]
                && int.TryParse(number, CultureInfo.InvariantCulture, out var n) && n is >= 1 and <= 10_000
                && long.TryParse(size, CultureInfo.InvariantCulture, out var s) && s >= 0 && s <= partSize)
            {
                parts[n] = new StoredPart(n, s, etag);
            }
        }

        return [.. parts.Values];
    }
}
