using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Packs;

namespace BackupOperator.Archive.Writing;

/// <summary>The packs that a backup refers to, and their places in the manifest's list.</summary>
internal sealed class PackNumbers
{
    private readonly Dictionary<int, int> _places = [];

    public PackNumbers(IReadOnlyList<FinishedPack> finished, IEnumerable<FileRecord?> records)
    {
        var used = new HashSet<int>();
        foreach (var record in records)
        {
            foreach (var block in record?.Blocks.Stored() ?? [])
            {
                used.Add(block.Pack);
            }
        }

        Packs = [.. finished.Where(pack => used.Contains(pack.Number))];
        foreach (var pack in Packs)
        {
            _places[pack.Number] = _places.Count;
        }
    }

    public IReadOnlyList<FinishedPack> Packs { get; }

    /// <summary>The blocks of a file, as the manifest refers to them.</summary>
    public IEnumerable<BlockReference> Translate(BlockList blocks) => Enumerable.Range(0, blocks.Count).Select(index =>
    {
        var block = blocks[index];
        return block.IsStored ? block with { Pack = _places[block.Pack] } : block;
    });
}
