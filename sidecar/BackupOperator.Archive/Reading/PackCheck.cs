using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Copying;
using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Storage;

namespace BackupOperator.Archive.Reading;

/// <summary>Compares what the store says of packs with what the manifest says.</summary>
internal static class PackCheck
{
    private const int AtOnce = 16;

    public static async Task RunAsync(ArchiveReader archive, CancellationToken cancellationToken)
    {
        if (await FindWrongAsync(archive.Store, archive.Packs, cancellationToken) is var (pack, found))
        {
            throw await DescribeAsync(archive, pack, found, cancellationToken);
        }
    }

    /// <returns>The first pack that is missing or another one, and what lies there; null where all are right.</returns>
    public static async Task<(int Pack, ObjectInfo? Found)?> FindWrongAsync(IObjectStore store, IReadOnlyList<ManifestPack> packs, CancellationToken cancellationToken)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        var wrong = new List<(int Pack, ObjectInfo? Found)>();
        await Parallel.ForEachAsync(Enumerable.Range(0, packs.Count), options, async (number, token) =>
        {
            var found = await store.FindAsync(packs[number].Key, token);

            // A copy may be made of as many parts of other sizes, and a late write over NFS may have made a file longer; what it
            // holds tells.
            if (!IsRight(packs[number], found) && !(MayBeWhole(packs[number], found) && await PackTransfer.IsWholeAsync(store, packs[number], token)))
            {
                lock (wrong)
                {
                    wrong.Add((number, found));
                }
            }
        });
        return wrong.Count == 0 ? null : wrong.MinBy(item => item.Pack);
    }

    /// <summary>What is wrong with it, as the end of a sentence.</summary>
    public static string Explain(ManifestPack pack, ObjectInfo? found) => found is null ? "is missing"
        : found.Size != pack.Size ? $"has {found.Size} bytes and should have {pack.Size}"
        : $"is another object than the one that was written (its tag is {found.ETag} and was {pack.Tag})";

    /// <summary>Whether it is the pack that was written, as far as size and tag tell: a tag with another number of parts is that of a copy, and says nothing.</summary>
    public static bool IsRight(ManifestPack pack, ObjectInfo? found) =>
        found?.Size == pack.Size
        && (pack.Tag is null || found.ETag is null || found.ETag == pack.Tag || Parts(found.ETag) != Parts(pack.Tag));

    /// <summary>Whether its content can still be right. Only a file in a folder, which has no tag, can have grown.</summary>
    public static bool MayBeWhole(ManifestPack pack, ObjectInfo? found) =>
        found?.Size == pack.Size || (found?.Size > pack.Size && found.ETag is null);

    private static string Parts(string tag) => tag[(tag.LastIndexOf('-') + 1)..] is var parts && parts.Length < tag.Length ? parts : "";

    private static async Task<CorruptArchiveException> DescribeAsync(ArchiveReader archive, int number, ObjectInfo? found, CancellationToken cancellationToken)
    {
        var pack = archive.Packs[number];
        var name = archive.Store.Describe(pack.Key);
        var lost = new FirstLost(number, found is null ? 0 : found.Size == pack.Size ? long.MaxValue : found.Size);
        await archive.ReadAsync(lost, cancellationToken);
        var first = lost.File is null ? "" : $" Block {lost.Index} of {lost.File}, at offset {lost.Offset}, is lost, and perhaps others.";
        return new CorruptArchiveException($"{name} {Explain(pack, found)}; the backup cannot be restored.{first}")
        {
            StoredAs = name,
            File = lost.File,
            Block = lost.File is null ? null : lost.Index,
            Offset = lost.File is null ? null : lost.Offset,
        };
    }

    private sealed class FirstLost(int pack, long available) : ManifestVisitor
    {
        public string? File { get; private set; }

        public int Index { get; private set; }

        public long Offset { get; private set; } = long.MaxValue;

        public override void Block(ManifestEntry entry, int index, BlockReference block)
        {
            var place = new BlockPlace(entry.Path, index, entry.BlockLength(index), block);
            foreach (var frame in (block.Patches ?? []).Select(patch => place.FrameOf(patch)).Prepend(place.Frame))
            {
                if (frame.Pack == pack && frame.End > available && frame.Offset < Offset)
                {
                    (File, Index, Offset) = (entry.Path, index, frame.Offset);
                }
            }
        }
    }
}
