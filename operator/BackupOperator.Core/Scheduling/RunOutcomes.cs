using BackupOperator.Core.Runs;

namespace BackupOperator.Core.Scheduling;

/// <summary>What became of the backups of a schedule. Resources may go; what they have told stays in the memory.</summary>
internal static class RunOutcomes
{
    /// <summary>Counts what has ended since the last look; each failure once.</summary>
    public static ScheduleMemory Count(ScheduleMemory memory, IReadOnlyList<ScheduledRun> runs)
    {
        var success = Latest(runs.Where(r => r.Stage == RunStage.Completed).Max(r => r.CompletedAt), memory.LastSuccess);
        var counted = memory.LastFailure > success || success is null ? memory.ConsecutiveFailures : 0;
        var failures = runs
            .Where(r => r.Stage == RunStage.Failed && r.CompletedAt is { } end
                && (memory.LastFailure is null || end > memory.LastFailure) && (success is null || end > success))
            .ToList();
        return memory with
        {
            LastSuccess = success,
            LastFailure = Latest(failures.Max(r => r.CompletedAt), memory.LastFailure),
            ConsecutiveFailures = counted + failures.Count,
        };
    }

    public static IEnumerable<ScheduleNews> Tell(ScheduleMemory before, ScheduleMemory after)
    {
        if (after.ConsecutiveFailures > before.ConsecutiveFailures || (after.ConsecutiveFailures > 0 && after.LastFailure > before.LastFailure))
        {
            var since = after.LastSuccess is { } success ? $"the last good one is of {success:u}" : "there has been no good one";
            yield return new ScheduleNews("RunFailed", $"{Times(after.ConsecutiveFailures)} failed without a good one since; {since}. The next tick runs all the same", IsWarning: true);
        }
        else if (before.ConsecutiveFailures > 0 && after.ConsecutiveFailures == 0)
        {
            yield return new ScheduleNews("Recovered", $"A backup is good again after {Times(before.ConsecutiveFailures)} had failed");
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
