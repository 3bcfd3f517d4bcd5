using System.Globalization;
using System.Text;

namespace BackupOperator.Core.Naming;

/// <summary>What the placeholders of a path template stand for.</summary>
public sealed record PathValues(
    string Namespace,
    string Name,
    string StatefulSet,
    string Type,
    string Uid,
    string Server,
    DateTimeOffset Time)
{
    /// <summary>What <c>{schedule}</c> stands for where no schedule has made the backup.</summary>
    public const string NoSchedule = "manual";

    public string Schedule { get; init; } = NoSchedule;
}

/// <summary>
/// The folder of a backup in its storage, from <c>spec.naming.pathTemplate</c>. A path holds letters, digits and
/// <c>. _ - = /</c> only, never a segment of dots, and always the uid: no two backups share a folder.
/// </summary>
public static class PathTemplate
{
    public const string Default = "{namespace}/{statefulSet}/{timestamp}-{type}-{uid}";

    private const int LongestPath = 512;

    /// <summary>Fills in a template.</summary>
    /// <exception cref="FormatException">The template cannot be used; the message says why and what would do.</exception>
    public static string Expand(string template, PathValues values)
    {
        if (!template.Contains("{uid}", StringComparison.Ordinal))
        {
            throw new FormatException($"path template '{template}' must hold {{uid}}: without it two backups could share a folder");
        }

        var path = new StringBuilder();
        var rest = template.AsSpan();
        while (rest.Length > 0)
        {
            var open = rest.IndexOf('{');
            if (open < 0)
            {
                path.Append(rest);
                break;
            }

            path.Append(rest[..open]);
            var close = rest[open..].IndexOf('}');
            if (close < 0)
            {
                throw new FormatException($"path template '{template}' has a {{ without its }}");
            }

            path.Append(ValueOf(rest.Slice(open + 1, close - 1).ToString(), template, values));
            rest = rest[(open + close + 1)..];
        }

        return Check(path.ToString(), template);
    }

    /// <summary>
    /// The folders that only backups of this database can be in: what stands in the template before anything that differs
    /// from backup to backup.
    /// </summary>
    /// <returns>With a slash at its end; null where other databases may share it.</returns>
    public static string? PrefixOf(string template, string @namespace, string statefulSet)
    {
        var text = template.Replace("{namespace}", "\u0001", StringComparison.Ordinal).Replace("{statefulSet}", "\u0002", StringComparison.Ordinal);
        var changing = text.IndexOf('{', StringComparison.Ordinal);
        var end = changing < 0 ? -1 : text.LastIndexOf('/', changing);
        if (end < 0)
        {
            return null;
        }

        // Each a segment of its own: a-b and c are not a and b-c.
        var segments = text[..end].Trim('/').Split('/');
        return segments.Contains("\u0001") && segments.Contains("\u0002")
            ? string.Join('/', segments.Select(s => s == "\u0001" ? @namespace : s == "\u0002" ? statefulSet : s)) + "/"
            : null;
    }

    private static string ValueOf(string placeholder, string template, PathValues values)
    {
        var value = placeholder switch
        {
            "namespace" => values.Namespace,
            "name" => values.Name,
            "statefulSet" => values.StatefulSet,
            "schedule" => values.Schedule,
            "type" => values.Type.ToLowerInvariant(),
            "uid" => values.Uid,
            "server" => values.Server,
            "timestamp" => values.Time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture),
            _ when placeholder.StartsWith("date:", StringComparison.Ordinal) => Date(placeholder["date:".Length..], values.Time),
            _ => throw new FormatException(
                $"path template '{template}' names {{{placeholder}}}; there are namespace, name, schedule, statefulSet, type, uid, server, timestamp and date:FORMAT"),
        };
        return string.Concat(value.Select(c => IsAllowed(c) ? c : '-'));
    }

    private static string Date(string format, DateTimeOffset time)
    {
        try
        {
            // A single letter would be a standard format of .NET; here it is a field of the date like any other.
            return time.UtcDateTime.ToString(format.Length == 1 ? "%" + format : format, CultureInfo.InvariantCulture);
        }
        catch (FormatException e)
        {
            throw new FormatException($"'{format}' is no date format such as yyyy-MM-dd", e);
        }
    }

    private static string Check(string path, string template)
    {
        var trimmed = path.Trim('/');
        if (trimmed.Length > LongestPath)
        {
            throw new FormatException($"path template '{template}' gives a path of {trimmed.Length} characters; {LongestPath} are the most");
        }

        foreach (var segment in trimmed.Split('/'))
        {
            if (segment.Trim('.').Length == 0 || !segment.All(IsAllowed))
            {
                throw new FormatException($"path template '{template}' gives '{trimmed}': a segment must hold letters, digits and . _ - = only, and more than dots");
            }
        }

        return trimmed;
    }

    private static bool IsAllowed(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '=' or '/';
}
