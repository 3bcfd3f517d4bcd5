namespace BackupOperator.Core.Runs;

/// <summary>How far a run has come, for backups and restores alike; the phases say it in more detail.</summary>
public enum RunStage
{
    /// <summary>Nobody has looked at it yet.</summary>
    New,

    /// <summary>Something that the spec names is not there yet.</summary>
    Pending,

    /// <summary>Waits for its target or for a slot.</summary>
    Queued,

    /// <summary>The intent is recorded; the Job is being created or has not reported yet.</summary>
    Preparing,

    /// <summary>The sidecar is at work.</summary>
    Running,
    Completed,
    Failed,
    Cancelled,
}

public static class RunStages
{
    public static bool IsOver(this RunStage stage) => stage is RunStage.Completed or RunStage.Failed or RunStage.Cancelled;

    /// <summary>Whether the run may have touched the cluster or the target.</summary>
    public static bool IsStarted(this RunStage stage) => stage is RunStage.Preparing or RunStage.Running;
}
