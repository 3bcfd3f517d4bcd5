namespace BackupOperator.Api.Runs;

/// <summary>The words in <c>failure.reason</c>.</summary>
public static class FailureReason
{
    public const string Unexpected = nameof(Unexpected);
    public const string InvalidSpec = nameof(InvalidSpec);
    public const string StorageUnavailable = nameof(StorageUnavailable);
    public const string StorageRefused = nameof(StorageRefused);
    public const string StorageFull = nameof(StorageFull);
    public const string BucketNotFound = nameof(BucketNotFound);
    public const string BackupNotFound = nameof(BackupNotFound);
    public const string CorruptArchive = nameof(CorruptArchive);
    public const string DataDirectoryError = nameof(DataDirectoryError);
    public const string DataDirectoryNotFound = nameof(DataDirectoryNotFound);
    public const string TargetFull = nameof(TargetFull);
    public const string TargetChanged = nameof(TargetChanged);
    public const string TargetNotFound = nameof(TargetNotFound);
    public const string ShutdownTimeout = nameof(ShutdownTimeout);
    public const string MaxDowntimeExceeded = nameof(MaxDowntimeExceeded);
    public const string DatabaseNotRestored = nameof(DatabaseNotRestored);
    public const string DatabaseRunning = nameof(DatabaseRunning);
    public const string RolledBack = nameof(RolledBack);
    public const string KubernetesUnavailable = nameof(KubernetesUnavailable);

    /// <summary>The Job's pods died without saying why, as with SIGKILL or a lost node.</summary>
    public const string SidecarDied = nameof(SidecarDied);

    /// <summary>The Job finished, and left no result that could be trusted.</summary>
    public const string ResultMissing = nameof(ResultMissing);
    public const string JobDeleted = nameof(JobDeleted);

    /// <summary>An object that the run needs to create exists already and belongs to someone else.</summary>
    public const string NameConflict = nameof(NameConflict);
    public const string ConnectionSecretInvalid = nameof(ConnectionSecretInvalid);
    public const string EncryptionKeyInvalid = nameof(EncryptionKeyInvalid);
    public const string StorageSecretInvalid = nameof(StorageSecretInvalid);
    public const string EncryptionSecretInvalid = nameof(EncryptionSecretInvalid);
    public const string ClaimNotFound = nameof(ClaimNotFound);

    /// <summary>The pod to stop is no replica that may be stopped, or its data is not current.</summary>
    public const string ReplicaUnfit = nameof(ReplicaUnfit);

    /// <summary>Some pods are ready and others are not: those that are stopped might not come back.</summary>
    public const string ReplicasNotReady = nameof(ReplicasNotReady);

    /// <summary>Pods that are stopped would come back as the StatefulSet's template is now, and not as they were.</summary>
    public const string RolloutIncomplete = nameof(RolloutIncomplete);

    /// <summary>The resource is a copy of one that was run.</summary>
    public const string RanBefore = nameof(RanBefore);

    /// <summary>What must hold for the backup to begin did not come to hold.</summary>
    public const string PreconditionUnmet = nameof(PreconditionUnmet);

    /// <summary>The data directory belongs to another user than the sidecar's.</summary>
    public const string WrongUser = nameof(WrongUser);

    /// <summary>A sidecar died between two data directories; its Job was replaced.</summary>
    public const string SwapInterrupted = nameof(SwapInterrupted);

    /// <summary>Backups that were to be deleted are still there, at least in part.</summary>
    public const string PruneIncomplete = nameof(PruneIncomplete);
    public const string PreparingTimeout = nameof(PreparingTimeout);
    public const string QueuedTimeout = nameof(QueuedTimeout);
    public const string TotalTimeout = nameof(TotalTimeout);
    public const string Cancelled = nameof(Cancelled);
    public const string Interrupted = nameof(Interrupted);
}
