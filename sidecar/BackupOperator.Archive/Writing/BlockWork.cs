using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Compression;

namespace BackupOperator.Archive.Writing;

/// <summary>A block on its way through the pipeline, with its buffers; used again and again.</summary>
internal sealed class BlockWork
{
    public byte[] Plain { get; } = GC.AllocateUninitializedArray<byte>(ArchiveFormat.BlockSize);

    public byte[] Packed { get; } = GC.AllocateUninitializedArray<byte>(ZstdCompressor.Bound(ArchiveFormat.BlockSize));

    public FileRecord File { get; private set; } = null!;

    public int Index { get; private set; }

    public int Length { get; set; }

    /// <summary>The stored block that may be equal.</summary>
    public BlockReference Candidate { get; private set; }

    /// <summary>Set when the worker is done.</summary>
    public TaskCompletionSource Done { get; private set; } = null!;

    /// <summary>Known when the block is a hole or stored already.</summary>
    public BlockReference? Known { get; set; }

    /// <summary>Of the plain bytes.</summary>
    public BlockDigest Digest { get; set; }

    /// <summary>Of the stored bytes.</summary>
    public uint Checksum { get; set; }

    public ReadOnlyMemory<byte> Stored { get; set; }

    public void Begin(FileRecord file, int index, BlockReference candidate)
    {
        File = file;
        Index = index;
        Candidate = candidate;
        Known = null;
        Stored = default;
        Done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
