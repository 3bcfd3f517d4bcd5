using System.Globalization;
using System.Text;

namespace BackupOperator.MySql.ServerFiles;

/// <summary>MySQL's set of transactions: of each server (UUID) the intervals of their numbers.</summary>
internal sealed class GtidSet
{
    private readonly SortedDictionary<string, List<(long First, long Last)>> _intervals = new(StringComparer.Ordinal);

    public void Add(Guid server, long number) => Add(server, number, number);

    public void Add(Guid server, long first, long last)
    {
        var name = server.ToString("D", CultureInfo.InvariantCulture);
        if (!_intervals.TryGetValue(name, out var intervals))
        {
            _intervals[name] = intervals = [];
        }

        // Most come in order: the newest interval grows.
        if (intervals is [.., var newest] && first == newest.Last + 1)
        {
            intervals[^1] = (newest.First, last);
        }
        else
        {
            intervals.Add((first, last));
        }
    }

    /// <summary>As <c>@@gtid_executed</c> has it, but on one line.</summary>
    public override string ToString() => string.Join(',', _intervals.Select(server => server.Key + Text(server.Value)));

    private static string Text(List<(long First, long Last)> intervals)
    {
        var text = new StringBuilder();
        (long First, long Last)? open = null;
        foreach (var next in intervals.Order())
        {
            if (open is { } before && next.First <= before.Last + 1)
            {
                open = (before.First, Math.Max(before.Last, next.Last));
                continue;
            }

            Append(text, open);
            open = next;
        }

        Append(text, open);
        return text.ToString();
    }

    private static void Append(StringBuilder text, (long First, long Last)? interval)
    {
        if (interval is var (first, last))
        {
            text.Append(CultureInfo.InvariantCulture, $":{first}");
            if (last > first)
            {
                text.Append(CultureInfo.InvariantCulture, $"-{last}");
            }
        }
    }
}
