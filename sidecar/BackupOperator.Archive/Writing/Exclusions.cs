namespace BackupOperator.Archive.Writing;

/// <summary>What a data directory holds and a backup does not need.</summary>
public static class Exclusions
{
    public static readonly IReadOnlyList<string> Default =
        ["ibtmp*", "#innodb_temp/", "*.pid", "*.sock", "*.sock.lock", "lost+found/", "core*", ".mysqlbackup-*"];

    // Only files that a server makes at the top are known by such names; a table may be called core.
    internal static bool Matches(IReadOnlyList<string> patterns, string path, bool isDirectory)
    {
        if (path.Contains('/', StringComparison.Ordinal))
        {
            return false;
        }

        foreach (var pattern in patterns)
        {
            var onlyDirectory = pattern.EndsWith('/');
            var bare = onlyDirectory ? pattern[..^1] : pattern;
            if (onlyDirectory && !isDirectory)
            {
                continue;
            }

            if (bare.StartsWith('*') ? path.EndsWith(bare[1..], StringComparison.Ordinal)
                : bare.EndsWith('*') ? path.StartsWith(bare[..^1], StringComparison.Ordinal) && !(bare == "core*" && isDirectory)
                : path == bare)
            {
                return true;
            }
        }

        return false;
    }
}
