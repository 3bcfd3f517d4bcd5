namespace BackupOperator.Core.Retention;

/// <summary>A good backup as retention sees it.</summary>
/// <param name="Id">Its backupId.</param>
/// <param name="TakenAt">The moment that its data is from.</param>
/// <param name="ParentId">What it builds on; null for a full one.</param>
public sealed record StoredBackup(string Id, DateTimeOffset TakenAt, string? ParentId = null)
{
    /// <summary>What it takes up in the storage.</summary>
    public long Bytes { get; init; }

    /// <summary>When it has outlived the time that it was given itself; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Why it must stay now, such as a restore that reads it; null where nothing holds it.</summary>
    public string? HeldBy { get; init; }
}
