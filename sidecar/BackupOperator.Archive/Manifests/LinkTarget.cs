namespace BackupOperator.Archive.Manifests;

/// <summary>Links may point to places within the data directory, and nowhere else.</summary>
internal static class LinkTarget
{
    /// <returns>Why the link is not taken; null where it is harmless.</returns>
    public static string? Refuse(string path, string target)
    {
        if (target.Length is 0 or > 4096 || target[0] == '/' || target.Contains('\0'))
        {
            return "points to an absolute path";
        }

        // ".." only at the beginning: behind a name, it could go up from wherever another link leads to.
        var depth = path.Count(c => c == '/');
        var goesDown = false;
        foreach (var segment in target.Split('/'))
        {
            if (segment == "..")
            {
                depth--;
                if (goesDown || depth < 0)
                {
                    return "points out of the data directory";
                }
            }
            else
            {
                goesDown |= segment is not ("" or ".");
            }
        }

        return null;
    }
}
