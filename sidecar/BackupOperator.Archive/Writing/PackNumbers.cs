using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Manifests;

namespace BackupOperator.Archive.Writing;

/// <summary>The packs that a backup refers to, and their places in the manifest's list.</summary>
internal sealed class PackNumbers
{
    private readonly Dictionary<int, int> _places = [];

    /// <param name="find">The pack that a number stands for.</param>
    public PackNumbers(IEnumerable<FileRecord> records, Func<int, ManifestPack> find)
    {
        var used = new SortedSet<int>();
        foreach (var block in records.SelectMany(record => record.Blocks.Stored()))
        {
            used.Add(block.Pack);
            foreach (var patch in block.Patches ?? [])
            {
                used.Add(patch.Pack);
            }
        }

        Packs = [.. used.Select(find)];
        foreach (var number in used)
        {
            _places[number] = _places.Count;
        }
    }

    public IReadOnlyList<ManifestPack> Packs { get; }

    /// <summary>The blocks of a file, as the manifest refers to them.</summary>
    public IEnumerable<BlockReference> Translate(BlockList blocks) => Enumerable.Range(0, blocks.Count).Select(index =>
    {
        var block = blocks[index];
        return block.IsStored ? block.InPack(number => _places[number]) : block;
    });
}
