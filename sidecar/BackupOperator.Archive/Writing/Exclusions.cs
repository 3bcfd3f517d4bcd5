namespace BackupOperator.Archive.Writing;

/// <summary>
/// What a data directory holds and a backup does not need. Patterns are for the top of the data directory only, since a
/// schema may be called <c>core</c>; <c>*</c> stands for any text and <c>&lt;n&gt;</c> for digits; those that end with a
/// slash are for directories, the others for everything else. They are narrow on purpose: <c>core*</c> would leave out the
/// general tablespace <c>core_data.ibd</c>.
/// </summary>
public static class Exclusions
{
    public static readonly IReadOnlyList<string> Default =
    [
        "ibtmp<n>",
        "#innodb_temp/",
        "*.pid",
        "*.sock",
        "*.sock.lock",
        "lost+found/",
        "core",
        "core.<n>",
    ];

    internal static bool Matches(IReadOnlyList<string> patterns, string path, bool isDirectory)
    {
        if (path.Contains('/', StringComparison.Ordinal))
        {
            return false;
        }

        // This software's own: the folders of a restore.
        if (ArchiveFormat.IsReserved(path))
        {
            return true;
        }

        foreach (var pattern in patterns)
        {
            if (pattern.EndsWith('/') == isDirectory && Matches(isDirectory ? pattern.AsSpan(0, pattern.Length - 1) : pattern, path))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        if (pattern.IsEmpty)
        {
            return name.IsEmpty;
        }

        if (pattern[0] == '*')
        {
            for (var skipped = 0; skipped <= name.Length; skipped++)
            {
                if (Matches(pattern[1..], name[skipped..]))
                {
                    return true;
                }
            }

            return false;
        }

        if (pattern.StartsWith("<n>"))
        {
            var end = name.IndexOfAnyExceptInRange('0', '9');
            var digits = end < 0 ? name.Length : end;
            return digits > 0 && Matches(pattern[3..], name[digits..]);
        }

        return !name.IsEmpty && name[0] == pattern[0] && Matches(pattern[1..], name[1..]);
    }
}
