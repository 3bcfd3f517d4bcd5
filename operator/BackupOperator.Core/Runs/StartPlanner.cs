using BackupOperator.Core.Conditions;
using BackupOperator.Core.Queueing;

namespace BackupOperator.Core.Runs;

/// <summary>The way of a run from its creation to its recorded intent; nothing is touched on it but the Lease.</summary>
internal static class StartPlanner
{
    private static readonly TimeSpan InTurn = TimeSpan.FromSeconds(30);

    public static RunDecision Decide(RunObservation o, DateTimeOffset now)
    {
        var waited = now - o.CreatedAt;
        if (o.Finding is { } finding)
        {
            // Whoever uses the target may have scaled it down: what is missing then says nothing yet, and keeps nobody's place.
            if (!finding.Final && waited <= o.Limits.Queued && InUse(o) is { } inUse)
            {
                return Waiting(o, RunStage.Queued, inUse, Patience(o, waited));
            }

            var patience = now - (o.FindingSince ?? now);
            return finding.Final || patience > o.Limits.Preparing || waited > o.Limits.Queued
                ? Refused(o, finding, now)
                : Waiting(o, RunStage.Pending, finding.Message, RunPlanner.Later, RunConditions.Accepted(finding));
        }

        if (waited > o.Limits.Queued)
        {
            return RunPlanner.End(
                o, RunStage.Failed, RunReason.QueuedTimeout,
                $"The run could not start within spec.timeouts.queued: {Obstacle(o) ?? "it was never its turn"}", retryable: true, now);
        }

        // First of all, so that neither a deletion of the resource nor a copy of it can overtake what comes next.
        if (!o.HasFinalizer || o.LacksStartMark)
        {
            return Waiting(o, RunStage.Queued, "Accepted", RunPlanner.Soon) with { Actions = [new RunAction.AddFinalizer()] };
        }

        if (Obstacle(o) is { } obstacle)
        {
            return Waiting(o, RunStage.Queued, obstacle, Patience(o, waited)) with { QueuePosition = Math.Max(1, o.Admission.Position) };
        }

        // Others have counted on it not to start: they must be able to see that it does before it takes a slot.
        if (o.WasBlocked)
        {
            return Waiting(o, RunStage.Queued, "Accepted", RunPlanner.Soon);
        }

        return LeasePolicy.Decide(o.Lease, o.Run) == LeaseVerdict.Take
            ? Waiting(o, RunStage.Queued, "Taking the Lease of the target", RunPlanner.Soon) with { Actions = [new RunAction.TakeLease()] }
            : new RunDecision
            {
                Stage = RunStage.Preparing,
                RecordIntent = true,
                Message = "Creating the Job",
                Conditions =
                [
                    RunConditions.Accepted(finding: null), RunConditions.LockHeld(true, "Held"),
                    RunConditions.Complete(false, "InProgress"),
                ],
                RequeueAfter = RunPlanner.Soon,
            };
    }

    private static RunDecision Refused(RunObservation o, SpecFinding finding, DateTimeOffset now)
    {
        var ending = new Ending(RunStage.Failed, finding.Reason, finding.Message, Retryable: !finding.Final, now);
        return EndingPlanner.Over(o, ending, databaseNotRestored: false) with
        {
            Conditions = [RunConditions.Accepted(finding), RunConditions.Complete(false, finding.Reason, finding.Message)],
        };
    }

    /// <summary>The end of another run wakes those whose turn it is: a queue of hundreds is not looked at all the time.</summary>
    private static TimeSpan Patience(RunObservation o, TimeSpan waited) =>
        o.Admission.Admitted ? RunPlanner.Later
        : o.Limits.Queued - waited < InTurn ? o.Limits.Queued - waited + RunPlanner.Soon
        : InTurn;

    /// <summary>What a run must wait for. Whoever has the Lease has had its turn already: an emergency that came later must not make both wait.</summary>
    private static string? Obstacle(RunObservation o) => InUse(o) ?? (LeasePolicy.Decide(o.Lease, o.Run) == LeaseVerdict.Held || o.Admission.Admitted
        ? null
        : o.Admission.WaitsFor ?? "Waiting for a slot");

    /// <summary>What another run does with the target.</summary>
    private static string? InUse(RunObservation o)
    {
        if (ForeignMark.Obstacle(o) is { } stopped)
        {
            return stopped;
        }

        return LeasePolicy.Decide(o.Lease, o.Run) == LeaseVerdict.Wait ? $"The target is in use by {o.Lease.Holder}" : null;
    }

    private static RunDecision Waiting(
        RunObservation o, RunStage stage, string message, TimeSpan requeueAfter, Condition? accepted = null) => new()
        {
            Stage = stage,
            Message = message,
            Conditions =
            [
                accepted ?? RunConditions.Accepted(finding: null),
                o.HoldsLease ? RunConditions.LockHeld(true, "Held")
                    : RunConditions.LockHeld(false, ForeignMark.Obstacle(o) is null ? "Waiting" : QueuePolicy.Blocked, message),
                RunConditions.Complete(false, "InProgress"),
            ],
            RequeueAfter = requeueAfter,
        };
}
