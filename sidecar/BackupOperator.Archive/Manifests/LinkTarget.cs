namespace BackupOperator.Archive.Manifests;

/// <summary>Links may point to places within the data directory, and nowhere else.</summary>
internal static class LinkTarget
{
    /// <returns>Why the link is not taken; null where it is harmless.</returns>
    public static string? Refuse(string path, string target)
    {
        if (target.Length == 0 || target[0] == '/' || target.Contains('\0'))
        {
            return "points to an absolute path";
        }

        var depth = path.Count(c => c == '/');
        foreach (var segment in target.Split('/'))
        {
            depth += segment switch
            {
                ".." => -1,
                "" or "." => 0,
                _ => 1,
            };
            if (depth < 0)
            {
                return "points out of the data directory";
            }
        }

        return null;
    }
}
