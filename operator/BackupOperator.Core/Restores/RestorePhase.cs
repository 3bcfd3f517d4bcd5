namespace BackupOperator.Core.Restores;

/// <summary>What a MySqlRestore is doing, in the words of its status.</summary>
public enum RestorePhase
{
    Pending,
    Queued,
    Preparing,

    /// <summary>The backup, its packs and the space for it are being checked.</summary>
    Validating,

    /// <summary>The files of the backup are being written beside the running database.</summary>
    Restoring,
    Quiescing,

    /// <summary>The data directories change places.</summary>
    Swapping,
    Starting,
    Verifying,
    RollingBack,
    Completed,
    Failed,
    Cancelled,
}
