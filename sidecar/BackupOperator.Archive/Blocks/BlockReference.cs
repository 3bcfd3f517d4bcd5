using System.Runtime.InteropServices;

namespace BackupOperator.Archive.Blocks;

/// <summary>Where a block lies: bytes of a pack, or nowhere because it is all zeros.</summary>
/// <param name="Pack">Index in the manifest's list of packs (of a backup that is being written: the pack's number); -1 for a hole, -2 for a block that is not known yet.</param>
/// <param name="Length">Stored bytes, as many as the block has when it is not compressed.</param>
/// <param name="Checksum">CRC-32C of the stored bytes.</param>
/// <param name="Digest">SHA-256 of the plain bytes.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct BlockReference(int Pack, uint Offset, int Length, uint Checksum, BlockDigest Digest)
{
    public static readonly BlockReference Hole = new(-1, 0, 0, 0, default);

    public static readonly BlockReference Unknown = new(-2, 0, 0, 0, default);

    public bool IsHole => Pack == -1;

    public bool IsStored => Pack >= 0;
}
