using BackupOperator.Archive.Manifests;

namespace BackupOperator.Archive.Writing;

/// <summary>A backup that is in the store.</summary>
public sealed record ArchiveSummary
{
    public required string BackupId { get; init; }

    /// <summary><c>sha256:</c> and hex digits over the manifest as it is stored.</summary>
    public required string ManifestDigest { get; init; }

    public required ManifestHeader Header { get; init; }

    public required ManifestTotals Totals { get; init; }

    /// <summary>Bytes of its packs.</summary>
    public required long StoredBytes { get; init; }

    /// <summary>Blocks that the last pass found stored already, by an earlier pass, attempt or backup.</summary>
    public long BlocksReused { get; init; }

    internal static ArchiveSummary Of(ManifestHeader header, string digest) => new()
    {
        BackupId = header.BackupId,
        ManifestDigest = digest,
        Header = header,
        Totals = header.Totals,
        StoredBytes = header.StoredBytes,
        BlocksReused = header.BlocksReused,
    };
}
