namespace BackupOperator.Archive.Manifests;

public enum ManifestEntryKind
{
    Directory,
    File,
    Link,
}

/// <summary>A file, a directory or a symbolic link of the data directory.</summary>
public sealed record ManifestEntry
{
    public required ManifestEntryKind Kind { get; init; }

    /// <summary>Relative to the data directory, with slashes.</summary>
    public required string Path { get; init; }

    /// <summary>Permission bits.</summary>
    public int Mode { get; init; }

    public uint UserId { get; init; }

    public uint GroupId { get; init; }

    /// <summary>Last change, in nanoseconds since 1970.</summary>
    public long ModifiedNs { get; init; }

    /// <summary>Last change of its attributes, in nanoseconds since 1970; null where it does not prove that a file is the same.</summary>
    public long? ChangedNs { get; init; }

    /// <summary>With <see cref="ChangedNs"/>: the file's number in its file system.</summary>
    public ulong? Inode { get; init; }

    /// <summary>Bytes; 0 for what is no file.</summary>
    public long Size { get; init; }

    /// <summary>What a link points to.</summary>
    public string? Target { get; init; }

    public int BlockCount => CountBlocks(Size);

    /// <summary>Bytes of a block of this file.</summary>
    public int BlockLength(int index) => (int)Math.Min(ArchiveFormat.BlockSize, Size - ((long)index * ArchiveFormat.BlockSize));

    public static int CountBlocks(long size) => checked((int)((size + ArchiveFormat.BlockSize - 1) / ArchiveFormat.BlockSize));
}
