using BackupOperator.Core.Runs;

namespace BackupOperator.Core.Restores;

/// <summary>Translates between the phases of a restore and what the planner works with.</summary>
public static class RestorePhases
{
    public static RunStage StageOf(RestorePhase? phase) => phase switch
    {
        null => RunStage.New,
        RestorePhase.Pending => RunStage.Pending,
        RestorePhase.Queued => RunStage.Queued,
        RestorePhase.Preparing => RunStage.Preparing,
        RestorePhase.Completed => RunStage.Completed,
        RestorePhase.Failed => RunStage.Failed,
        RestorePhase.Cancelled => RunStage.Cancelled,
        _ => RunStage.Running,
    };

    /// <param name="current">What a step that has no phase of its own leaves as it is.</param>
    public static RestorePhase PhaseOf(RunStage stage, SidecarStep? step, RestorePhase? current) => stage switch
    {
        RunStage.New or RunStage.Pending => RestorePhase.Pending,
        RunStage.Queued => RestorePhase.Queued,
        RunStage.Preparing => RestorePhase.Preparing,
        RunStage.Completed => RestorePhase.Completed,
        RunStage.Failed => RestorePhase.Failed,
        RunStage.Cancelled => RestorePhase.Cancelled,
        _ => step switch
        {
            SidecarStep.Checking => RestorePhase.Validating,
            SidecarStep.Restoring => RestorePhase.Restoring,
            SidecarStep.Quiescing => RestorePhase.Quiescing,
            SidecarStep.Swapping => RestorePhase.Swapping,
            SidecarStep.Resuming => RestorePhase.Starting,
            SidecarStep.Verifying or SidecarStep.Done => RestorePhase.Verifying,
            SidecarStep.RollingBack => RestorePhase.RollingBack,
            null => RestorePhase.Preparing,
            _ => current is { } phase && StageOf(phase) == RunStage.Running ? phase : RestorePhase.Preparing,
        },
    };
}
