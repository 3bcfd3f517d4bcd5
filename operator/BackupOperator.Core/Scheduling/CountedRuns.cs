namespace BackupOperator.Core.Scheduling;

/// <summary>
/// Which ended backups are counted. Times in a status are whole seconds and a watch may tell of two ends in another order,
/// so that the youngest are remembered by their names; nothing older than those is to come.
/// </summary>
/// <param name="Until">What ended up to here is counted.</param>
/// <param name="Since">What ended since and is counted.</param>
public sealed record CountedRuns(DateTimeOffset Until, IReadOnlyList<CountedRun> Since)
{
    private const int Most = 100;

    /// <summary>How much later an end can be seen than another that came after it.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(10);

    public bool Holds(ScheduledRun run) =>
        run.CompletedAt <= Until || Since.Any(c => c.Name == run.Name && c.EndedAt == run.CompletedAt);

    /// <param name="before">Null where nothing was ever counted.</param>
    /// <param name="ended">What is counted now.</param>
    public static CountedRuns Of(CountedRuns? before, IEnumerable<ScheduledRun> ended, DateTimeOffset now)
    {
        var all = (before?.Since ?? [])
            .Concat(ended.Where(r => r.CompletedAt is not null).Select(r => new CountedRun(r.Name, r.CompletedAt!.Value)))
            .OrderByDescending(c => c.EndedAt).ThenBy(c => c.Name, StringComparer.Ordinal).ToList();

        // A clock that was wrong must not make all that comes look old.
        var newest = all.Count > 0 && all[0].EndedAt < now ? all[0].EndedAt : now;
        var until = newest - Slack;
        until = all.Count > Most && all[Most].EndedAt > until ? all[Most].EndedAt : until;
        until = before?.Until > until ? before.Until : until;
        return new CountedRuns(until, [.. all.Where(c => c.EndedAt > until).Reverse()]);
    }
}

/// <summary>An ended backup that is counted.</summary>
public sealed record CountedRun(string Name, DateTimeOffset EndedAt);
