using System.Runtime.InteropServices;

namespace BackupOperator.Archive.Blocks;

/// <summary>Pieces of a block that are stored by themselves and go over what the block has there.</summary>
/// <param name="Pack">As in <see cref="BlockReference"/>.</param>
/// <param name="Length">Stored bytes.</param>
/// <param name="Checksum">CRC-32C of the stored bytes.</param>
/// <param name="Pieces">A bit for each piece of 64 KiB that is there, the lowest for the first one.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct BlockPatch(int Pack, uint Offset, int Length, uint Checksum, ushort Pieces);
