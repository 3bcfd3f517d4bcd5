using System.Runtime.InteropServices;
using BackupOperator.Archive.Blocks;

namespace BackupOperator.Archive.Packs;

/// <summary>A line of a pack's block table: which block of which file was stored where.</summary>
/// <param name="Digest">Of the whole block as it was then.</param>
/// <param name="Pieces">The pieces that are stored; 0 for the whole block.</param>
/// <param name="From">Digest of the block that the pieces go over; of a whole block, nothing.</param>
/// <param name="Sums">The first eight bytes of the SHA-256 of each piece that is stored.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PackBlock(
    string File, int Index, uint Offset, int Length, uint Checksum, BlockDigest Digest, ushort Pieces, BlockDigest From, ulong[] Sums)
{
    public long End => Offset + (long)Length;
}
