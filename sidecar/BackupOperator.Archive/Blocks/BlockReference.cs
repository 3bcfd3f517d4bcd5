using System.Runtime.InteropServices;

namespace BackupOperator.Archive.Blocks;

/// <summary>Where a block lies: bytes of a pack, or nowhere because it is all zeros.</summary>
/// <param name="Pack">Index in the manifest's list of packs (of a backup that is being written: the pack's number); -1 for a hole, -2 for a block that is not known yet.</param>
/// <param name="Length">Stored bytes, as many as the block has when it is not compressed.</param>
/// <param name="Checksum">CRC-32C of the stored bytes.</param>
/// <param name="Digest">Of the plain bytes, with all patches; see <see cref="Pieces"/>.</param>
/// <param name="Patches">What goes over the stored block, the oldest first; null where nothing does.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct BlockReference(int Pack, uint Offset, int Length, uint Checksum, BlockDigest Digest, BlockPatch[]? Patches = null)
{
    /// <summary>Most patches of a block; one with more is stored anew.</summary>
    public const int MostPatches = 8;

    public static readonly BlockReference Hole = new(-1, 0, 0, 0, default);

    public static readonly BlockReference Unknown = new(-2, 0, 0, 0, default);

    public bool IsHole => Pack == -1;

    public bool IsStored => Pack >= 0;

    /// <summary>The same block with other numbers for its packs.</summary>
    public BlockReference InPack(Func<int, int> translate) => this with
    {
        Pack = translate(Pack),
        Patches = Patches is null ? null : Array.ConvertAll(Patches, patch => patch with { Pack = translate(patch.Pack) }),
    };

    /// <summary>The same block with a patch over it; patches that it covers are left out.</summary>
    public BlockReference With(BlockPatch patch, BlockDigest digest) =>
        this with { Digest = digest, Patches = [.. (Patches ?? []).Where(below => (below.Pieces & ~patch.Pieces) != 0), patch] };
}
