using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Manifests;

namespace BackupOperator.Archive.Reading;

/// <summary>The blocks of a few packs in the order of their places, gathered from the manifest.</summary>
internal sealed class PackBlocks
{
    private readonly List<string> _files = [];
    private readonly Dictionary<int, List<Item>> _packs = [];

    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
    public readonly record struct Item(int File, int Index, int PlainLength, BlockReference Block);

    public static async Task<PackBlocks> GatherAsync(ArchiveReader archive, int fromPack, int toPack, CancellationToken cancellationToken)
    {
        var gathered = new PackBlocks();
        await archive.ReadAsync(new Gatherer(gathered, fromPack, toPack), cancellationToken);
        foreach (var items in gathered._packs.Values)
        {
            items.Sort(static (a, b) => a.Block.Offset.CompareTo(b.Block.Offset));
        }

        return gathered;
    }

    public string FileOf(Item item) => _files[item.File];

    /// <summary>The blocks that begin in a range of a pack.</summary>
    public IEnumerable<Item> BeginningIn(int pack, long from, long to)
    {
        if (!_packs.TryGetValue(pack, out var items))
        {
            yield break;
        }

        var (low, high) = (0, items.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = items[middle].Block.Offset < from ? (middle + 1, high) : (low, middle);
        }

        for (; low < items.Count && items[low].Block.Offset < to; low++)
        {
            yield return items[low];
        }
    }

    private sealed class Gatherer(PackBlocks to, int fromPack, int toPack) : ManifestVisitor
    {
        private bool _isNamed;

        public override void Begin(ManifestEntry entry) => _isNamed = false;

        public override void Block(ManifestEntry entry, int index, BlockReference block)
        {
            if (block.Pack < fromPack || block.Pack >= toPack)
            {
                return;
            }

            if (!_isNamed)
            {
                to._files.Add(entry.Path);
                _isNamed = true;
            }

            if (!to._packs.TryGetValue(block.Pack, out var items))
            {
                to._packs[block.Pack] = items = [];
            }

            items.Add(new Item(to._files.Count - 1, index, entry.BlockLength(index), block));
        }
    }
}
