namespace BackupOperator.Core.Runs;

/// <summary>Reasons that the operator itself gives for a failure.</summary>
public static class RunReason
{
    public const string Cancelled = nameof(Cancelled);
    public const string QueuedTimeout = nameof(QueuedTimeout);
    public const string PreparingTimeout = nameof(PreparingTimeout);
    public const string TotalTimeout = nameof(TotalTimeout);
    public const string TargetNotFound = nameof(TargetNotFound);
    public const string TargetChanged = nameof(TargetChanged);
    public const string JobDeleted = nameof(JobDeleted);
    public const string NameConflict = nameof(NameConflict);
    public const string SidecarDied = nameof(SidecarDied);
    public const string WrongUser = nameof(WrongUser);
    public const string PreconditionUnmet = nameof(PreconditionUnmet);
    public const string ReplicaUnfit = nameof(ReplicaUnfit);
    public const string ReplicasNotReady = nameof(ReplicasNotReady);
    public const string RolloutIncomplete = nameof(RolloutIncomplete);
    public const string SwapInterrupted = nameof(SwapInterrupted);
    public const string ResultMissing = nameof(ResultMissing);
    public const string DatabaseNotRestored = nameof(DatabaseNotRestored);

    /// <summary>The resource is a copy of one that was run.</summary>
    public const string RanBefore = nameof(RanBefore);
}
