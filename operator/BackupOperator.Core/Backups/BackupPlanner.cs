using BackupOperator.Core.Runs;

namespace BackupOperator.Core.Backups;

/// <summary>A backup as it was observed.</summary>
public sealed record BackupObservation(RunObservation Run, BackupPhase? Phase);

/// <summary>What is to be done about a backup.</summary>
public sealed record BackupDecision(BackupPhase Phase, RunDecision Run);

/// <summary>Decides what happens next to a backup, from nothing but what was observed.</summary>
public static class BackupPlanner
{
    public static BackupDecision Decide(BackupObservation observation, DateTimeOffset now)
    {
        var decision = RunPlanner.Decide(observation.Run, now);
        return new BackupDecision(BackupPhases.PhaseOf(decision.Stage, decision.Step, observation.Phase), decision);
    }
}
