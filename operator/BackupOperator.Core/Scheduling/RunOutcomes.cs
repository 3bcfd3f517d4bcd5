using BackupOperator.Core.Runs;

namespace BackupOperator.Core.Scheduling;

/// <summary>What became of the backups of a schedule. Resources may go; what they have told stays in the memory.</summary>
internal static class RunOutcomes
{
    /// <summary>Counts what has ended since the last look; each end once.</summary>
    public static ScheduleMemory Count(ScheduleMemory memory, IReadOnlyList<ScheduledRun> runs, DateTimeOffset now)
    {
        var ended = runs.Where(r => r.Stage.IsOver() && r.CompletedAt is not null && memory.Counted?.Holds(r) != true).ToList();
        if (ended.Count == 0)
        {
            return memory;
        }

        var good = ended.Where(r => r.Stage == RunStage.Completed).MaxBy(r => (r.CompletedAt, r.CreatedAt));
        var success = Latest(good?.CompletedAt, memory.LastSuccess);
        var failures = ended.Where(r => r.Stage == RunStage.Failed && IsSince(r, success, good) && !(memory.Counted is null && r.CompletedAt <= memory.LastFailure)).ToList();
        var isRecovered = good is not null && !(memory.LastFailure > good.CompletedAt);
        return memory with
        {
            LastSuccess = success,
            Skipped = memory.Skipped + ended.Count(r => r.Unmet is not null),
            LastFailure = Latest(failures.Max(r => r.CompletedAt), memory.LastFailure),
            ConsecutiveFailures = (isRecovered ? 0 : memory.ConsecutiveFailures) + failures.Count,
            Counted = CountedRuns.Of(memory.Counted, ended, now),
            Statistics = memory.Statistics.Add(ended.Select(r => r.CompletedAt > now ? r with { CompletedAt = now } : r)),
        };
    }

    // Within one second nothing but their creation tells which was first.
    private static bool IsSince(ScheduledRun failure, DateTimeOffset? success, ScheduledRun? good) =>
        success is null || failure.CompletedAt > success
        || (failure.CompletedAt == success && (good is null || good.CompletedAt < success || failure.CreatedAt > good.CreatedAt));

    public static IEnumerable<ScheduleNews> Tell(ScheduleMemory before, ScheduleMemory after, IReadOnlyList<ScheduledRun> runs)
    {
        foreach (var unmet in runs.Where(r => r.Unmet is not null && before.Counted?.Holds(r) != true && after.Counted?.Holds(r) == true))
        {
            yield return new ScheduleNews("Skipped", $"The {(unmet.Tick is { } tick ? $"tick of {tick:u}" : $"backup {unmet.Name}")} is skipped: {unmet.Unmet}", IsWarning: true);
        }

        if (after.ConsecutiveFailures > before.ConsecutiveFailures || (after.ConsecutiveFailures > 0 && after.LastFailure > before.LastFailure))
        {
            var since = after.LastSuccess is { } success ? $"the last good one is of {success:u}" : "there has been no good one";
            yield return new ScheduleNews("RunFailed", $"{Times(after.ConsecutiveFailures)} failed without a good one since; {since}. The next tick runs all the same", IsWarning: true);
        }
        else if (before.ConsecutiveFailures > 0 && after.ConsecutiveFailures == 0)
        {
            yield return new ScheduleNews("Recovered", $"A backup is good again after {Times(before.ConsecutiveFailures)} had failed");
        }

        // Of what was there before anybody counted nothing is news.
        foreach (var anomaly in before.Counted is null ? [] : after.Statistics.Anomalies.Except(before.Statistics.Anomalies))
        {
            yield return new ScheduleNews("Anomaly", $"MySqlBackup {anomaly.Run} is good, and unusual. {anomaly.Message}", IsWarning: true);
        }
    }

    /// <summary>The failed and cancelled ones beyond those that are kept, the oldest.</summary>
    public static IReadOnlyList<string> Forget(IReadOnlyList<ScheduledRun> runs, int keep) =>
    [
        .. runs.Where(r => r.Stage is RunStage.Failed or RunStage.Cancelled)
            .OrderByDescending(r => r.CompletedAt ?? r.CreatedAt)
            .ThenByDescending(r => r.Name, StringComparer.Ordinal)
            .Skip(keep)
            .Where(r => !r.Ending)
            .Select(r => r.Name),
    ];

    private static string Times(int count) => count == 1 ? "1 backup" : $"{count} backups";

    private static DateTimeOffset? Latest(DateTimeOffset? a, DateTimeOffset? b) => a is null || b > a ? b : a;
}
