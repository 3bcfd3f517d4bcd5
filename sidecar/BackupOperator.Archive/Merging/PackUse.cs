using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Manifests;

namespace BackupOperator.Archive.Merging;

/// <summary>Adds up how much of each pack a backup uses.</summary>
/// <param name="counts">Which blocks count.</param>
internal sealed class PackUse(int packs, Func<BlockReference, bool> counts) : ManifestVisitor
{
    private readonly long[] _bytes = new long[packs];

    public override void Block(ManifestEntry entry, int index, BlockReference block)
    {
        if (!counts(block))
        {
            return;
        }

        _bytes[block.Pack] += block.Length;
        foreach (var patch in block.Patches ?? [])
        {
            _bytes[patch.Pack] += patch.Length;
        }
    }

    /// <summary>The packs of which at least a share is in use.</summary>
    public HashSet<int> Above(double share, IReadOnlyList<ManifestPack> sizes) =>
        [.. Enumerable.Range(0, packs).Where(pack => _bytes[pack] > 0 && _bytes[pack] >= share * sizes[pack].Size)];

    public static bool LiesIn(HashSet<int> packs, in BlockReference block) =>
        packs.Contains(block.Pack) && Array.TrueForAll(block.Patches ?? [], patch => packs.Contains(patch.Pack));
}
