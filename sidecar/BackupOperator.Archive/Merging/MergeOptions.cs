using BackupOperator.Archive.Encryption;

namespace BackupOperator.Archive.Merging;

public sealed record MergeOptions
{
    /// <summary>What the manifest of the merged backup's source must be, as recorded elsewhere; null where nobody recorded it.</summary>
    public string? ManifestDigest { get; init; }

    /// <summary>The keys of encrypted backups; the new backup is encrypted with the current one.</summary>
    public WrappingKeys? Keys { get; init; }

    /// <summary>zstd's level for blocks that are packed anew, from 1 to 19; null stores them as they are.</summary>
    public int? CompressionLevel { get; init; } = 1;

    /// <summary>A pack is copied as it is where at least this share of it is in use, from 0 to 1.</summary>
    public double LeastUse { get; init; } = 0.5;

    /// <summary>A new pack ends with the block that reaches this size.</summary>
    public long PackLimit { get; init; } = 1L << 30;

    /// <summary>Tells attempts at the same merge from one another.</summary>
    public Random Random { get; init; } = new();

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
