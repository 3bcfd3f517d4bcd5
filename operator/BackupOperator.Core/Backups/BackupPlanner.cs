using BackupOperator.Core.Copies;
using BackupOperator.Core.Runs;

namespace BackupOperator.Core.Backups;

/// <summary>A backup as it was observed.</summary>
public sealed record BackupObservation(RunObservation Run, BackupPhase? Phase)
{
    public CopiesObservation Copies { get; init; } = CopiesObservation.None;
}

/// <summary>What is to be done about a backup.</summary>
public sealed record BackupDecision(BackupPhase Phase, RunDecision Run)
{
    /// <summary>What is to be recorded of the copies; null where there is nothing to say of them yet.</summary>
    public IReadOnlyList<CopyState>? Copies { get; init; }
}

/// <summary>Decides what happens next to a backup, from nothing but what was observed.</summary>
public static class BackupPlanner
{
    public static BackupDecision Decide(BackupObservation observation, DateTimeOffset now)
    {
        var decision = RunPlanner.Decide(observation.Run, now);
        var phase = BackupPhases.PhaseOf(decision.Stage, decision.Step, observation.Phase);
        if (decision.Stage != RunStage.Completed || observation.Copies.Wanted.Count == 0)
        {
            return new BackupDecision(phase, decision);
        }

        // The Lease, the rights to the database and the finalizer go first: copies hold up nobody.
        var isOver = observation.Run is { Stage: RunStage.Completed, HasFinalizer: false, Deleting: false };
        var copies = isOver ? CopyPlanner.Decide(observation.Copies, now) : CopyPlanner.Begin(observation.Copies, now);
        var run = decision with
        {
            Conditions = [.. decision.Conditions, copies.Condition],
            Actions = [.. decision.Actions, .. copies.Actions],
            RequeueAfter = copies.RequeueAfter ?? decision.RequeueAfter,
        };
        return new BackupDecision(phase, run) { Copies = copies.Copies };
    }
}
