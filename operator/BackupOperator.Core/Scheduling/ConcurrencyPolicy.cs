namespace BackupOperator.Core.Scheduling;

/// <summary>What a tick does while a backup of the same schedule has not ended.</summary>
public enum ConcurrencyPolicy
{
    /// <summary>It waits.</summary>
    Forbid,

    /// <summary>It is created beside it, and queues for the database.</summary>
    Allow,

    /// <summary>It cancels the other one, and takes its place.</summary>
    Replace,
}
