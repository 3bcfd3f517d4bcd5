using BackupOperator.Core.Runs;

namespace BackupOperator.Core.Queueing;

/// <summary>A run as the queue sees it.</summary>
/// <param name="IsBlocked">It cannot start however many slots are free: somebody else has left the target stopped.</param>
public sealed record QueuedRun(RunId Run, string StatefulSet, bool Emergency, DateTimeOffset CreatedAt, RunStage Stage, bool IsBlocked = false);

/// <summary>
/// One run at a time for each target, and so many in all: emergencies first, then the oldest. A run whose target is busy,
/// or was left stopped, takes no slot from others. The order follows from the resources alone, so that it survives the operator, and every
/// run that reaches the head starts: later ones of the same priority never pass it.
/// </summary>
public static class QueuePolicy
{
    /// <summary>The reason of the condition LockHeld of a run that <see cref="QueuedRun.IsBlocked"/>.</summary>
    public const string Blocked = nameof(Blocked);

    public static Admission Decide(RunId me, IReadOnlyCollection<QueuedRun> runs, int maxConcurrentRuns)
    {
        var started = runs.Where(r => r.Stage.IsStarted() && r.Run.Uid != me.Uid).ToList();

        // One that nobody has looked at yet may be about to start: it counts. One whose target is missing does not.
        var waiting = InOrder(runs.Where(r => r.Stage is RunStage.Queued or RunStage.New || r.Run.Uid == me.Uid)).ToList();
        var position = waiting.FindIndex(r => r.Run.Uid == me.Uid) + 1;
        if (position == 0)
        {
            return new Admission(Admitted: false, WaitsFor: "the operator has not seen this run yet");
        }

        var mine = waiting[position - 1];
        if (started.Find(r => SameTarget(r, mine)) is { } busy)
        {
            return new Admission(false, position, $"StatefulSet {mine.StatefulSet} is in use by {busy.Run.Kind} {busy.Run.Name}");
        }

        if (waiting.Take(position - 1).FirstOrDefault(r => SameTarget(r, mine)) is { } ahead)
        {
            return new Admission(false, position, $"{ahead.Run.Kind} {ahead.Run.Name} is ahead for StatefulSet {mine.StatefulSet}");
        }

        // Only the first of each idle target competes for a slot; the others would hold it without using it.
        var ready = waiting.Take(position - 1)
            .Where(r => !r.IsBlocked && !started.Exists(s => SameTarget(s, r)))
            .DistinctBy(Target)
            .Count();
        return started.Count + ready < maxConcurrentRuns
            ? Admission.Free
            : new Admission(false, position, $"{started.Count} of {maxConcurrentRuns} concurrent runs are under way");
    }

    /// <summary>The runs that <see cref="Decide"/> would admit, found in one pass: who is to be woken when another one ends.</summary>
    public static IEnumerable<RunId> Admitted(IReadOnlyCollection<QueuedRun> runs, int maxConcurrentRuns)
    {
        var taken = runs.Where(r => r.Stage.IsStarted()).Select(Target).ToList();
        var busy = taken.ToHashSet();
        return InOrder(runs.Where(r => r.Stage is RunStage.Queued or RunStage.New))
            .Where(r => busy.Add(Target(r)) && !r.IsBlocked)
            .Take(Math.Max(0, maxConcurrentRuns - taken.Count))
            .Select(r => r.Run);
    }

    private static IEnumerable<QueuedRun> InOrder(IEnumerable<QueuedRun> runs) => runs
        .OrderByDescending(r => r.Emergency)
        .ThenBy(r => r.CreatedAt)
        .ThenBy(r => r.Run.Uid, StringComparer.Ordinal);

    private static (string Namespace, string StatefulSet) Target(QueuedRun run) => (run.Run.Namespace, run.StatefulSet);

    private static bool SameTarget(QueuedRun a, QueuedRun b) => Target(a) == Target(b);
}
