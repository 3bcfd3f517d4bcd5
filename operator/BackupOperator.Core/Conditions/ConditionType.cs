namespace BackupOperator.Core.Conditions;

/// <summary>The conditions of backups and restores.</summary>
public static class ConditionType
{
    /// <summary>The spec can be carried out.</summary>
    public const string Accepted = nameof(Accepted);

    /// <summary>The run has its target for itself.</summary>
    public const string LockHeld = nameof(LockHeld);

    /// <summary>MySQL is stopped, and the lock on its files proves it.</summary>
    public const string DatabaseStopped = nameof(DatabaseStopped);

    /// <summary>MySQL answers again after the run had stopped it.</summary>
    public const string DatabaseRestored = nameof(DatabaseRestored);

    /// <summary>Every byte is in the storage.</summary>
    public const string Uploaded = nameof(Uploaded);

    /// <summary>What was asked for in <c>spec.verification</c> was checked.</summary>
    public const string Verified = nameof(Verified);

    /// <summary>The run has ended well.</summary>
    public const string Complete = nameof(Complete);

    /// <summary>Every copy that was asked for in <c>spec.copies</c> is there.</summary>
    public const string CopiesComplete = nameof(CopiesComplete);

    /// <summary>All data of the backup can be read; in an archive class it cannot.</summary>
    public const string DataReadable = nameof(DataReadable);

    /// <summary>The buckets will move older data to other storage classes.</summary>
    public const string TiersApplied = nameof(TiersApplied);

    /// <summary>The operator cannot go on and tries again; there is no such condition while it can.</summary>
    public const string Stalled = nameof(Stalled);

    /// <summary>The data that a restore replaced is gone.</summary>
    public const string PreviousDataRemoved = nameof(PreviousDataRemoved);

    /// <summary>No pod is left with the data of before a restore; there is no such condition where the target has one pod.</summary>
    public const string AllReplicasRestored = nameof(AllReplicasRestored);
}
