using BackupOperator.Core.Runs;

namespace BackupOperator.Core.Backups;

/// <summary>Translates between the phases of a backup and what the planner works with.</summary>
public static class BackupPhases
{
    public static RunStage StageOf(BackupPhase? phase) => phase switch
    {
        null => RunStage.New,
        BackupPhase.Pending => RunStage.Pending,
        BackupPhase.Queued => RunStage.Queued,
        BackupPhase.Preparing => RunStage.Preparing,
        BackupPhase.Completed => RunStage.Completed,
        BackupPhase.Failed => RunStage.Failed,
        BackupPhase.Cancelled => RunStage.Cancelled,
        _ => RunStage.Running,
    };

    /// <param name="current">What a step that has no phase of its own leaves as it is.</param>
    public static BackupPhase PhaseOf(RunStage stage, SidecarStep? step, BackupPhase? current) => stage switch
    {
        RunStage.New or RunStage.Pending => BackupPhase.Pending,
        RunStage.Queued => BackupPhase.Queued,
        RunStage.Preparing => BackupPhase.Preparing,
        RunStage.Completed => BackupPhase.Completed,
        RunStage.Failed => BackupPhase.Failed,
        RunStage.Cancelled => BackupPhase.Cancelled,
        _ => step switch
        {
            SidecarStep.Precopying => BackupPhase.Precopying,
            SidecarStep.Quiescing => BackupPhase.Quiescing,
            SidecarStep.Archiving => BackupPhase.Archiving,
            SidecarStep.Resuming => BackupPhase.Resuming,
            SidecarStep.Uploading => BackupPhase.Uploading,
            SidecarStep.Verifying or SidecarStep.Done => BackupPhase.Verifying,
            null or SidecarStep.Checking => BackupPhase.Preparing,
            _ => current is { } phase && StageOf(phase) == RunStage.Running ? phase : BackupPhase.Preparing,
        },
    };
}
