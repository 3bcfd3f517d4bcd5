using System.Runtime.InteropServices;

namespace BackupOperator.Archive.Blocks;

/// <summary>Where a block lies: bytes of a pack, or nowhere because it is all zeros.</summary>
/// <param name="Pack">Index in the manifest's list of packs; -1 for a hole, -2 for a block that is not known yet.</param>
/// <param name="Length">Stored bytes, as many as the block has when it is not compressed; of holes: how many in a row.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct BlockReference(int Pack, uint Offset, int Length, BlockDigest Digest)
{
    public static readonly BlockReference Hole = Holes(1);

    public static readonly BlockReference Unknown = new(-2, 0, 0, default);

    /// <summary>A run of holes, which takes one place in a list.</summary>
    public static BlockReference Holes(int count) => new(-1, 0, count, default);

    public bool IsHole => Pack == -1;

    public bool IsStored => Pack >= 0;
}
