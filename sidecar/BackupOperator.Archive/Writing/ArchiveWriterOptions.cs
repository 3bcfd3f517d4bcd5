namespace BackupOperator.Archive.Writing;

public sealed record ArchiveWriterOptions
{
    public required string BackupId { get; init; }

    /// <summary>The data directory.</summary>
    public required string SourceDirectory { get; init; }

    /// <summary>Names that are left out, with <c>*</c> at an end; those ending with a slash are directories.</summary>
    public IReadOnlyList<string> Excluded { get; init; } = Exclusions.Default;

    /// <summary>zstd's level, from 1 to 19; null stores blocks as they are.</summary>
    public int? CompressionLevel { get; init; } = 1;

    /// <summary>Threads that hash and compress; null: one a processor, as the container's limits allow.</summary>
    public int? Workers { get; init; }

    /// <summary>A pack ends with the block that reaches this size.</summary>
    public long PackLimit { get; init; } = 1L << 30;

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
