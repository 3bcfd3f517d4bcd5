namespace BackupOperator.Archive.Writing;

/// <summary>A backup that is in the store.</summary>
public sealed record ArchiveSummary
{
    public required string BackupId { get; init; }

    /// <summary><c>sha256:</c> and hex digits over the manifest as it is stored.</summary>
    public required string ManifestDigest { get; init; }

    public required Manifests.ManifestHeader Header { get; init; }

    public required Manifests.ManifestTotals Totals { get; init; }

    /// <summary>Bytes of its packs.</summary>
    public required long StoredBytes { get; init; }

    /// <summary>Blocks that the last pass found stored already.</summary>
    public long BlocksReused { get; init; }
}
