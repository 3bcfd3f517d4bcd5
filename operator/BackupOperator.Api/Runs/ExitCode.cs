namespace BackupOperator.Api.Runs;

/// <summary>
/// Exit codes of the sidecar. Those from 64 to 78 are final: the Job's podFailurePolicy fails the Job at once.
/// All others may be tried again.
/// </summary>
public enum ExitCode
{
    Success = 0,

    /// <summary>Something unforeseen.</summary>
    Unexpected = 1,

    /// <summary>The store did not answer, or answered with errors of its own, until retries ran out.</summary>
    StorageUnavailable = 2,

    /// <summary>Reading or writing the data directory failed.</summary>
    DataDirectoryError = 3,

    /// <summary>The Kubernetes API did not answer until retries ran out.</summary>
    KubernetesUnavailable = 4,

    /// <summary>As <see cref="ReplicaUnfit"/>, after an attempt that found the pod fit; nothing was touched.</summary>
    ReplicaNotFitNow = 5,

    /// <summary>Pods of the database might not come back as they were, if they were stopped now; nothing was touched.</summary>
    TargetUnsettled = 6,

    /// <summary>Wrong arguments, or a run that cannot be understood.</summary>
    Usage = 64,

    /// <summary>The archive is damaged or not to be trusted.</summary>
    CorruptArchive = 65,

    /// <summary>No backup, or no data directory, where one was named.</summary>
    NotFound = 66,

    /// <summary>The store refuses: credentials, permission, no such bucket.</summary>
    StorageRefused = 67,

    /// <summary>No space in the store.</summary>
    StorageFull = 68,

    /// <summary>No space for the restored data.</summary>
    TargetFull = 69,

    /// <summary>MySQL did not stop in time.</summary>
    ShutdownTimeout = 70,

    /// <summary>Someone else changed the target, or started MySQL, during the run.</summary>
    TargetChanged = 71,

    /// <summary>MySQL did not answer after the scale-up.</summary>
    DatabaseNotRestored = 72,

    /// <summary>The data directory is in use.</summary>
    Locked = 73,

    /// <summary>The restored database did not start; the old data is back.</summary>
    RolledBack = 74,

    /// <summary>MySQL would have been stopped for longer than maxDowntime.</summary>
    MaxDowntimeExceeded = 75,

    /// <summary>The pod to stop is no replica that may be stopped, or its data is not current; nothing was touched.</summary>
    ReplicaUnfit = 76,

    /// <summary>The data directory belongs to another user than the sidecar's; nothing was touched.</summary>
    WrongUser = 77,

    /// <summary>What must hold for a backup to begin does not; nothing was touched.</summary>
    PreconditionUnmet = 78,

    /// <summary>Interrupted (SIGINT).</summary>
    Interrupted = 130,

    /// <summary>Terminated (SIGTERM).</summary>
    Terminated = 143,
}
