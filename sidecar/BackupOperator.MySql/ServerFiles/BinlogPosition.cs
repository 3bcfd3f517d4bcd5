namespace BackupOperator.MySql.ServerFiles;

/// <summary>
/// Where the binary log of a stopped server ends: what a replica or a point-in-time recovery starts from.
/// </summary>
/// <param name="File">The name of the last file, such as <c>binlog.000042</c>.</param>
/// <param name="Position">Its size in bytes.</param>
/// <param name="Path">Its full path.</param>
/// <param name="IsClosed">
/// Whether the server ended it cleanly. If not, the server crashed, and its next start may cut the file's end.
/// </param>
public sealed record BinlogPosition(string File, long Position, string Path, bool IsClosed)
{
    private const long MaxIndex = 64 << 20;

    /// <summary>
    /// Reads the position from the index file (<c>binlog.index</c> with MySQL, <c>*-bin.index</c> with MariaDB). Relay
    /// logs do not count; of several binary logs, such as after a change of <c>log_bin</c>, the one written last does.
    /// </summary>
    /// <returns>Null where the directory holds no binary log.</returns>
    /// <exception cref="IOException">The directory cannot be read.</exception>
    public static BinlogPosition? Read(string dataDirectory) => Directory.EnumerateFiles(dataDirectory, "*.index")
        .Order(StringComparer.Ordinal)
        .Select(ReadIndex)
        .OfType<BinlogPosition>()
        .MaxBy(position => System.IO.File.GetLastWriteTimeUtc(position.Path));

    private static BinlogPosition? ReadIndex(string index)
    {
        if (new FileInfo(index).Length > MaxIndex)
        {
            return null;
        }

        // The entries are paths as the server sees them; the files are beside the index.
        var last = System.IO.File.ReadLines(index).LastOrDefault(line => line.Length > 0);
        if (last is null || System.IO.Path.GetFileName(last) is not { Length: > 0 } name)
        {
            return null;
        }

        var path = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(index)!, name);
        if (!System.IO.File.Exists(path))
        {
            return null;
        }

        using var stream = System.IO.File.OpenRead(path);
        return BinlogHeader.Read(stream) is { IsRelayLog: false } header
            ? new BinlogPosition(name, stream.Length, path, !header.IsInUse)
            : null;
    }
}
