namespace BackupOperator.Archive.Manifests;

/// <summary>Paths within a backup: relative, with slashes, without anything that leads elsewhere.</summary>
public static class ArchivePath
{
    private const int Longest = 4096;

    /// <returns>Why the path cannot be trusted; null where it can.</returns>
    public static string? Refuse(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (path.Length is 0 or > Longest)
        {
            return "is empty or too long";
        }

        if (path[0] == '/')
        {
            return "is absolute";
        }

        foreach (var segment in path.Split('/'))
        {
            if (segment is "" or "." or ".." || segment.Contains('\0'))
            {
                return "leads out of its folder";
            }
        }

        return null;
    }
}
