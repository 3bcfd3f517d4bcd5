using BackupOperator.Archive.Blocks;

namespace BackupOperator.Archive.Reading;

/// <summary>The patches of some blocks, fetched with as few requests as there are stretches of them.</summary>
internal sealed class PatchSet
{
    private const int LargestGap = 64 << 10;
    private readonly Dictionary<(int Pack, uint Offset), ReadOnlyMemory<byte>> _stored = [];

    /// <exception cref="Storage.StorageException">A pack cannot be read.</exception>
    public static async Task<PatchSet> FetchAsync(ArchiveReader archive, IEnumerable<WantedBlock> blocks, CancellationToken cancellationToken)
    {
        var set = new PatchSet();
        var patches = blocks.SelectMany(wanted => wanted.Place.Block.Patches ?? []).Distinct().OrderBy(patch => patch.Pack).ThenBy(patch => patch.Offset).ToList();
        for (var from = 0; from < patches.Count;)
        {
            var to = from + 1;
            var end = End(patches[from]);
            for (; to < patches.Count && patches[to].Pack == patches[from].Pack && patches[to].Offset - end <= LargestGap; to++)
            {
                end = Math.Max(end, End(patches[to]));
            }

            var start = patches[from].Offset;
            var stored = new byte[end - start];
            await archive.Store.ReadAsync(archive.Packs[patches[from].Pack].Key, start, stored, cancellationToken);
            for (; from < to; from++)
            {
                set._stored[(patches[from].Pack, patches[from].Offset)] = stored.AsMemory((int)(patches[from].Offset - start), patches[from].Length);
            }
        }

        return set;
    }

    public ReadOnlyMemory<byte> Find(BlockPatch patch) => _stored[(patch.Pack, patch.Offset)];

    private static long End(BlockPatch patch) => patch.Offset + (long)patch.Length;
}
