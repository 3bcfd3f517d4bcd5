using System.Globalization;

namespace BackupOperator.Archive.Storage.Volumes;

/// <summary>The finished parts of an upload, a line each: number, size, checksum. A torn last line is ignored.</summary>
internal static class UploadJournal
{
    private static readonly Lock Gate = new();

    public static void Create(string path)
    {
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
    }

    public static void Append(string path, StoredPart part)
    {
        lock (Gate)
        {
            using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
            file.Write(System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{part.Number} {part.Size} {part.ETag}\n")));
            file.Flush(flushToDisk: true);
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
