using System.Runtime.InteropServices;
using BackupOperator.Archive.Blocks;

namespace BackupOperator.Archive.Packs;

/// <summary>A line of a pack's block table: which block of which file was stored where.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PackBlock(string File, int Index, uint Offset, int Length, uint Checksum, BlockDigest Digest)
{
    public long End => Offset + (long)Length;
}
