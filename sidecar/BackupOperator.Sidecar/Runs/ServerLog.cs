namespace BackupOperator.Sidecar.Runs;

/// <summary>The error log that a server keeps in its data directory, where it keeps one there.</summary>
internal static class ServerLog
{
    private const int Lines = 5;
    private const int Bytes = 16 << 10;

    /// <returns>The last errors, or else the last lines; null where there is no log.</returns>
    public static string? Tail(string dataDirectory)
    {
        try
        {
            var log = new DirectoryInfo(dataDirectory)
                .EnumerateFiles()
                .Where(file => file.Extension == ".err" || file.Name is "error.log" or "mysqld.log")
                .MaxBy(file => file.LastWriteTimeUtc);
            if (log is null)
            {
                return null;
            }

            using var stream = new FileStream(log.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            stream.Position = Math.Max(0, stream.Length - Bytes);
            var lines = new StreamReader(stream).ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            var errors = lines.Where(line => line.Contains("[ERROR]", StringComparison.Ordinal)).ToList();
            return string.Join(" | ", (errors.Count > 0 ? errors : [.. lines]).TakeLast(Lines));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
