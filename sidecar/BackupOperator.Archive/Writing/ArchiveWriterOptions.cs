using BackupOperator.Archive.Encryption;
using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Storage;

namespace BackupOperator.Archive.Writing;

public sealed record ArchiveWriterOptions
{
    public required string BackupId { get; init; }

    /// <summary>The data directory.</summary>
    public required string SourceDirectory { get; init; }

    /// <summary>The data directory as the server sees it; null where that is the same.</summary>
    public string? ServerDataDirectory { get; init; }

    /// <summary>What is left out; see <see cref="Exclusions"/>.</summary>
    public IReadOnlyList<string> Excluded { get; init; } = Exclusions.Default;

    /// <summary>zstd's level, from 1 to 19; null stores blocks as they are.</summary>
    public int? CompressionLevel { get; init; } = 1;

    /// <summary>Threads that hash and compress; null: one a processor, as the container's limits allow, and at most eight.</summary>
    public int? Workers { get; init; }

    /// <summary>A pack ends with the block that reaches this size. At most 4 GiB less one block.</summary>
    public long PackLimit { get; init; } = 1L << 30;

    /// <summary>The backup that this one builds on; null for a full one.</summary>
    public ArchiveParent? Parent { get; init; }

    /// <summary>The keys to encrypt with; null stores blocks in the clear.</summary>
    public WrappingKeys? Keys { get; init; }

    /// <summary>
    /// Further storages that get the packs in the same pass, as far as they can keep up; whatever they miss is for
    /// <see cref="Copying.ArchiveCopier"/>. Only those with the same part size as the first.
    /// </summary>
    public IReadOnlyList<IObjectStore> Mirrors { get; init; } = [];

    /// <summary>
    /// The time since the machine's start. Times of files prove something only within one: see <see cref="ManifestHeader.BootId"/>.
    /// Null where it is not known, and then they prove nothing later on.
    /// </summary>
    public string? BootId { get; init; } = Native.BootId.Read();

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>For the id of the attempt.</summary>
    public Random Random { get; init; } = new();

    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    internal void Validate()
    {
        if (BackupId.Length is 0 or > 255)
        {
            throw new ArgumentException("A backup id has from 1 to 255 characters.");
        }

        if (CompressionLevel is < 1 or > 19)
        {
            throw new ArgumentException($"Compression level {CompressionLevel} is out of range: zstd takes 1 to 19.");
        }

        if (Workers is < 1 or > 1024)
        {
            throw new ArgumentException($"{Workers} workers are out of range.");
        }

        if (PackLimit is < 1 or > ArchiveFormat.LargestPack - ArchiveFormat.BlockSize)
        {
            throw new ArgumentException($"A pack limit of {PackLimit} bytes is out of range: a pack has at most 4 GiB.");
        }
    }
}
