using System.Runtime.InteropServices;
using BackupOperator.Archive.Blocks;

namespace BackupOperator.Archive.Reading;

/// <summary>A block of a file, and where it comes from.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct BlockPlace(string File, int Index, int PlainLength, BlockReference Block)
{
    /// <summary>What is stored of the block as a whole.</summary>
    public StoredFrame Frame => new(Block.Pack, Block.Offset, Block.Length, Block.Checksum, PlainLength);

    public StoredFrame FrameOf(BlockPatch patch) => new(patch.Pack, patch.Offset, patch.Length, patch.Checksum, Pieces.Length(PlainLength, patch.Pieces));
}

/// <summary>Bytes of a pack that belong together.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct StoredFrame(int Pack, uint Offset, int Length, uint Checksum, int PlainLength)
{
    public long End => Offset + (long)Length;
}
