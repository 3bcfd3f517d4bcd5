namespace BackupOperator.Core.Backups;

/// <summary>Whose data a backup holds, and where it lies. Only backups that agree in all of it can build on each other.</summary>
/// <param name="Claim">The claim of the data directory.</param>
/// <param name="Storage">Names the storage: equal for the same bucket and prefix, or the same claim and folder.</param>
/// <param name="Encrypted">Stored encrypted, with whatever key.</param>
public sealed record BackupLineage(string Namespace, string StatefulSet, string Claim, string Storage, bool Encrypted);

/// <summary>A backup as its resource tells of it.</summary>
public sealed record KnownBackup
{
    public required string Uid { get; init; }

    /// <summary>Null where the target or the storage is not known.</summary>
    public BackupLineage? Lineage { get; init; }

    public bool Completed { get; init; }

    /// <summary>The resource has a deletion timestamp.</summary>
    public bool Deleting { get; init; }

    /// <summary>It needs no other backup.</summary>
    public bool IsFull { get; init; }

    /// <summary>The moment that its data is from.</summary>
    public DateTimeOffset? TakenAt { get; init; }

    public string? BackupId { get; init; }

    /// <summary>Its folder within the storage.</summary>
    public string? Path { get; init; }

    public string? ManifestDigest { get; init; }
}
