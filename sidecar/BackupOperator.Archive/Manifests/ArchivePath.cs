using System.Text;

namespace BackupOperator.Archive.Manifests;

/// <summary>Paths within a backup: relative, with slashes, without anything that leads elsewhere.</summary>
public static class ArchivePath
{
    private const int Longest = 4096;
    private const int LongestSegment = 255;

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

            if (Encoding.UTF8.GetByteCount(segment) > LongestSegment)
            {
                return "has a name that is too long";
            }
        }

        return IsText(path) ? null : "is no valid text";
    }

    /// <summary>The order of the paths' UTF-8 bytes, which is also that of their code points.</summary>
    public static int Compare(string left, string right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        var same = left.AsSpan().CommonPrefixLength(right);
        if (same == left.Length || same == right.Length)
        {
            return left.Length.CompareTo(right.Length);
        }

        // UTF-16 code units compare like code points, but for surrogates, which stand for the highest.
        var (a, b) = (left[same], right[same]);
        return char.IsSurrogate(a) == char.IsSurrogate(b) ? a.CompareTo(b) : char.IsSurrogate(a) ? 1 : -1;
    }

    // Half a surrogate pair has no UTF-8: it would come back as another name.
    private static bool IsText(string path)
    {
        for (var at = 0; at < path.Length; at++)
        {
            if (char.IsSurrogate(path[at]) && !(at + 1 < path.Length && char.IsSurrogatePair(path[at], path[++at])))
            {
                return false;
            }
        }

        return true;
    }
}
