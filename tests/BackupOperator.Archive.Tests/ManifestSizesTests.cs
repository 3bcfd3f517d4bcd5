using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Encryption;
using BackupOperator.Archive.Manifests;

namespace BackupOperator.Archive.Tests;

/// <summary>However large a backup is and however many it builds on, what is written of it is read again.</summary>
public sealed class ManifestSizesTests
{
    private readonly Random _random = new(81);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Three_hundred_gigabytes_in_one_file_and_blocks_with_as_many_patches_as_there_can_be(bool encrypted)
    {
        const int Count = 300 << 10;
        var file = File("ibdata1", (long)Count << 20);
        ShouldBeReadAgain([new Item(file, Enumerable.Range(0, Count).Select(i => i < 20_000 ? Patched() : Block()))], Packs(1_000, folders: 1), encrypted);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_hundred_thousand_files_in_many_directories(bool encrypted)
    {
        List<Item> items = [];
        for (var directory = 0; directory < 1_000; directory++)
        {
            items.Add(new Item(new ManifestEntry { Kind = ManifestEntryKind.Directory, Path = $"schema{directory:D4}" }, []));
            items.AddRange(Enumerable.Range(0, 100).Select(i => new Item(File($"schema{directory:D4}/table{i:D4}.ibd", 100_000), [Block()])));
        }

        ShouldBeReadAgain(items, Packs(300, folders: 1), encrypted);
    }

    /// <summary>An hourly one over a year, each with packs of its own; and one with folders as long as the keys of S3 allow.</summary>
    [Theory]
    [InlineData(9_000, 80)]
    [InlineData(16_000, 1_000)]
    public void A_long_chain_of_incremental_backups(int backups, int lengthOfPath)
    {
        var file = File("ibdata1", 1_000L << 20);
        ShouldBeReadAgain([new Item(file, Enumerable.Range(0, 1_000).Select(_ => Block()))], Packs(backups * 3, backups, lengthOfPath), encrypted: false);
    }

    /// <summary>Packs of the same bytes have the same digest; a chain may have some.</summary>
    [Fact]
    public void Thousands_of_packs_that_are_equal()
    {
        var packs = Packs(4_000, folders: 4_000).Select(pack => pack with { Digest = new string('0', 64), Tag = null }).ToList();
        ShouldBeReadAgain([], packs, encrypted: false);
    }

    [Fact]
    public void The_longest_line_of_blocks_that_there_can_be()
    {
        const int Count = ArchiveFormat.BlocksPerLine;
        var patches = Enumerable.Repeat(new BlockPatch(PackList.Most - 1, uint.MaxValue, ArchiveFormat.LargestStoredBlock, uint.MaxValue, ushort.MaxValue), BlockReference.MostPatches).ToArray();
        var file = File("ibdata1", (long)Count << 20);
        foreach (var key in new[] { null, DataKey.New("one") })
        {
            using var writer = new ManifestWriter(new MemoryStream(), Header(Total([file]), key is not null), [], "here", key);
            writer.Write(file, Enumerable.Range(0, Count).Select(_ => new BlockReference(PackList.Most - 1, uint.MaxValue, ArchiveFormat.LargestStoredBlock, uint.MaxValue, Digest(), patches)));
            writer.Complete();
        }
    }

    private static void ShouldBeReadAgain(IReadOnlyList<Item> items, IReadOnlyList<ManifestPack> packs, bool encrypted)
    {
        var key = encrypted ? DataKey.New("one") : null;
        var totals = Total([.. items.Select(item => item.Entry)]);
        var stored = new MemoryStream();
        using (var writer = new ManifestWriter(stored, Header(totals, encrypted), packs, "here", key))
        {
            foreach (var item in items)
            {
                writer.Write(item.Entry, item.Blocks);
            }

            writer.Complete();
        }

        stored.Position = 0;
        using var reader = new ManifestReader(stored, "here", "test");
        reader.Packs.ShouldBe(packs);
        var counter = new Counter();
        reader.ReadEntries(counter, key, TestContext.Current.CancellationToken);
        counter.Blocks.ShouldBe(totals.Blocks);
        counter.Entries.ShouldBe(items.Count);
    }

    private static ManifestTotals Total(IReadOnlyList<ManifestEntry> entries)
    {
        var counter = new TotalsCounter();
        foreach (var entry in entries)
        {
            counter.Add(entry);
        }

        // None is a hole.
        return counter.Totals with { Holes = 0, DataBytes = counter.Totals.LogicalBytes };
    }

    private static ManifestHeader Header(ManifestTotals totals, bool encrypted) => new()
    {
        BackupId = "one",
        Encryption = encrypted ? ManifestHeader.AesGcm : null,
        Consistency = ManifestHeader.Cold,
        Facts = new ManifestFacts(),
        StartedAt = DateTimeOffset.UnixEpoch,
        ReadAt = DateTimeOffset.UnixEpoch,
        FinishedAt = DateTimeOffset.UnixEpoch,
        Excluded = [],
        Root = new ManifestRoot(0x1E8, 0, 0),
        Totals = totals,
        StoredBytes = 0,
    };

    private List<ManifestPack> Packs(int count, int folders, int length = 80) =>
        [.. Enumerable.Range(0, count).Select(i => new ManifestPack(
            Folder(i % folders, length), i / folders, 1L << 30, 1 << 20, Digest().ToString(), $"{_random.NextInt64():x16}{_random.NextInt64():x16}-65"))];

    private static string Folder(int number, int length) => string.Join('/', new string('n', length - 10).Chunk(200).Select(part => new string(part)).Append($"{number:D9}"));

    private static ManifestEntry File(string path, long size) => new() { Kind = ManifestEntryKind.File, Path = path, Mode = 0x1A0, Size = size, ModifiedNs = 1_767_225_600_000_000_000, ChangedNs = 1, Inode = 7 };

    private BlockReference Block() => new(_random.Next(300), (uint)_random.NextInt64(1L << 29), 100 + _random.Next(90_000), (uint)_random.NextInt64(1L << 32), Digest());

    private BlockReference Patched() => Block() with
    {
        Patches = [.. Enumerable.Range(0, BlockReference.MostPatches).Select(i =>
            new BlockPatch(_random.Next(300), (uint)_random.NextInt64(1L << 29), 100 + _random.Next(60_000), (uint)_random.NextInt64(1L << 32), (ushort)(1 << i)))],
    };

    private BlockDigest Digest()
    {
        Span<byte> noise = stackalloc byte[8];
        _random.NextBytes(noise);
        return BlockDigest.Of(noise);
    }

    private sealed record Item(ManifestEntry Entry, IEnumerable<BlockReference> Blocks);

    private sealed class Counter : ManifestVisitor
    {
        public long Blocks { get; private set; }

        public int Entries { get; private set; }

        public override void Block(ManifestEntry file, int index, BlockReference block) => Blocks++;

        public override void End(ManifestEntry entry) => Entries++;
    }
}
