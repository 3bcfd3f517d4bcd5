using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Manifests;

namespace BackupOperator.Archive.Reading;

/// <summary>What lies in a few packs, in the order of its places, gathered from the manifest.</summary>
internal sealed class PackFrames
{
    private readonly PathList _files = new();
    private readonly Dictionary<int, List<Item>> _packs = [];

    /// <param name="IsWhole">Whether the frame is all that the block is made of.</param>
    /// <param name="Digest">Of the block.</param>
    /// <param name="Frame">The block itself, or a patch of it.</param>
    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
    public readonly record struct Item(int File, int Index, bool IsWhole, BlockDigest Digest, StoredFrame Frame);

    public static async Task<PackFrames> GatherAsync(ArchiveReader archive, int fromPack, int toPack, CancellationToken cancellationToken)
    {
        var gathered = new PackFrames();
        await archive.ReadAsync(new Gatherer(gathered, fromPack, toPack), cancellationToken);
        foreach (var items in gathered._packs.Values)
        {
            items.Sort(static (a, b) => a.Frame.Offset.CompareTo(b.Frame.Offset));
        }

        return gathered;
    }

    /// <summary>The frame as if it were all of its block.</summary>
    public BlockPlace PlaceOf(Item item)
    {
        var frame = item.Frame;
        return new BlockPlace(_files[item.File], item.Index, frame.PlainLength, new BlockReference(frame.Pack, frame.Offset, frame.Length, frame.Checksum, item.Digest));
    }

    /// <summary>The frames that begin in a range of a pack.</summary>
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
            (low, high) = items[middle].Frame.Offset < from ? (middle + 1, high) : (low, middle);
        }

        for (; low < items.Count && items[low].Frame.Offset < to; low++)
        {
            yield return items[low];
        }
    }

    private sealed class Gatherer(PackFrames to, int fromPack, int toPack) : ManifestVisitor
    {
        private bool _isNamed;

        public override void Begin(ManifestEntry entry) => _isNamed = false;

        public override void Block(ManifestEntry entry, int index, BlockReference block)
        {
            var place = new BlockPlace(entry.Path, index, entry.BlockLength(index), block);
            Add(place, place.Frame);
            foreach (var patch in block.Patches ?? [])
            {
                Add(place, place.FrameOf(patch));
            }
        }

        private void Add(in BlockPlace place, in StoredFrame frame)
        {
            if (frame.Pack < fromPack || frame.Pack >= toPack)
            {
                return;
            }

            if (!_isNamed)
            {
                to._files.Add(place.File);
                _isNamed = true;
            }

            if (!to._packs.TryGetValue(frame.Pack, out var items))
            {
                to._packs[frame.Pack] = items = [];
            }

            items.Add(new Item(to._files.Count - 1, place.Index, place.Block.Patches is null, place.Block.Digest, frame));
        }
    }
}
