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
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        var wrong = new List<(int Pack, ObjectInfo? Found)>();
        await Parallel.ForEachAsync(Enumerable.Range(0, archive.Packs.Count), options, async (number, token) =>
        {
            var found = await archive.Store.FindAsync(archive.Packs[number].Key, token);

            // A copy may be made of as many parts of other sizes; what it holds tells.
            if (!IsRight(archive.Packs[number], found) && !(found?.Size == archive.Packs[number].Size && await PackTransfer.IsWholeAsync(archive.Store, archive.Packs[number], token)))
            {
                lock (wrong)
                {
                    wrong.Add((number, found));
                }
            }
        });
        if (wrong.Count > 0)
        {
            var (pack, found) = wrong.MinBy(item => item.Pack);
            throw await DescribeAsync(archive, pack, found, cancellationToken);
        }
    }

    /// <summary>Whether it is the pack that was written, as far as size and tag tell: a tag with another number of parts is that of a copy, and says nothing.</summary>
    public static bool IsRight(ManifestPack pack, ObjectInfo? found) =>
        found?.Size == pack.Size
        && (pack.Tag is null || found.ETag is null || found.ETag == pack.Tag || Parts(found.ETag) != Parts(pack.Tag));

    private static string Parts(string tag) => tag[(tag.LastIndexOf('-') + 1)..] is var parts && parts.Length < tag.Length ? parts : "";

    private static async Task<CorruptArchiveException> DescribeAsync(ArchiveReader archive, int number, ObjectInfo? found, CancellationToken cancellationToken)
    {
        var pack = archive.Packs[number];
        var name = archive.Store.Describe(pack.Key);
        var lost = new FirstLost(number, found is null ? 0 : found.Size == pack.Size ? long.MaxValue : found.Size);
        await archive.ReadAsync(lost, cancellationToken);
        var what = found is null ? "is missing"
            : found.Size != pack.Size ? $"has {found.Size} bytes and should have {pack.Size}"
            : $"is another object than the one that was written (its tag is {found.ETag} and was {pack.Tag})";
        var first = lost.File is null ? "" : $" Block {lost.Index} of {lost.File}, at offset {lost.Offset}, is lost, and perhaps others.";
        return new CorruptArchiveException($"{name} {what}; the backup cannot be restored.{first}")
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
