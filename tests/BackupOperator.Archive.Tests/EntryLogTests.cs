using System.Text;
using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Native;
using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Tests.Support;
using BackupOperator.Archive.Writing;

namespace BackupOperator.Archive.Tests;

public sealed class EntryLogTests
{
    private static readonly BlockDigest Digest = new(1, 2, 3, ulong.MaxValue);
    private static readonly Comparer<string> Order = Comparer<string>.Create(ArchivePath.Compare);

    [Fact]
    public void Entries_come_back_as_they_were_added()
    {
        var random = new Random(1);
        var added = Paths(random, 5000).Select(path => Entry(path, random)).ToList();
        var log = new EntryLog();
        added.ForEach(log.Add);

        log.Count().ShouldBe(added.Count);
        foreach (var (now, was) in log.Zip(added))
        {
            (now with { Record = null }).ShouldBe(was with { Record = null });
            (now.Record is null).ShouldBe(was.Record is null);
            if (now.Record is { } record)
            {
                (record.Path, record.Stat, record.SeenAtNs, record.IsLive, record.Blocks.Count, record.Blocks.IsWhole)
                    .ShouldBe((was.Path, was.Stat, was.Record!.SeenAtNs, was.Record.IsLive, was.Record.Blocks.Count, was.Record.Blocks.IsWhole));
                Enumerable.Range(0, record.Blocks.Count).ShouldAllBe(index => record.Blocks[index] == was.Record.Blocks[index]);
            }
        }

        log.Files.ShouldBe(added.Count(entry => entry.Kind == ManifestEntryKind.File));
        log.Bytes.ShouldBe(added.Sum(entry => entry.Kind == ManifestEntryKind.File ? entry.Stat.Size : 0));
        log.Records.Select(record => record.Path).ShouldBe(added.Where(entry => entry.Record is not null).Select(entry => entry.Path));
    }

    [Fact]
    public void An_entry_that_comes_too_late_is_refused()
    {
        var log = new EntryLog();
        log.Add(Entry("b", new Random(2)));
        Should.Throw<InvalidOperationException>(() => log.Add(Entry("a", new Random(2))));
        Should.Throw<InvalidOperationException>(() => log.Add(Entry("b", new Random(2))));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3 << 20)]
    public void A_file_that_was_read_live_has_to_be_older_also_when_it_comes_from_a_log(int size)
    {
        var stat = new FileStat(EntryKind.File, 0, 0, 0, size, 0, 1, 1_000_000_000_000, 1_000_000_000_000, 1);
        IsKnownAgain(1_999_999_999, isLive: false).ShouldBeFalse();
        IsKnownAgain(2_000_000_000, isLive: false).ShouldBeTrue();
        IsKnownAgain(59_999_999_999, isLive: true).ShouldBeFalse();
        IsKnownAgain(60_000_000_000, isLive: true).ShouldBeTrue();

        bool IsKnownAgain(long age, bool isLive)
        {
            var record = new FileRecord("ibdata1", stat, stat.ChangedNs + age, isLive);
            for (var index = 0; index < record.Blocks.Count; index++)
            {
                record.Blocks[index] = new BlockReference(1, 2, 3, 4, Digest);
            }

            var log = new EntryLog { new SourceEntry("ibdata1", ManifestEntryKind.File, stat, null, record) };
            return log.Records.Single().IsStill(stat);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_cursor_over_a_log_finds_what_a_dictionary_has(int seed)
    {
        var random = new Random(seed);
        var known = new Dictionary<string, long>(StringComparer.Ordinal);
        var log = new EntryLog();
        for (var pass = 0; pass < 30; pass++)
        {
            // Some stay, some went, some are new.
            var now = Paths(random, 200).Concat(known.Keys.Where(_ => random.Next(3) > 0)).Distinct(StringComparer.Ordinal).Order(Order).ToList();
            using var records = log.Records.GetEnumerator();
            var cursor = new PathCursor(() => records.MoveNext() ? records.Current : null);
            var next = new EntryLog();
            var seen = new Dictionary<string, long>(StringComparer.Ordinal);
            foreach (var path in now.Where(_ => random.Next(8) > 0))
            {
                (cursor.Find(path)?.SeenAtNs).ShouldBe(known.TryGetValue(path, out var before) ? before : null, path);
                var record = random.Next(8) == 0 ? null : new FileRecord(path, default, random.NextInt64(), isLive: true);
                next.Add(new SourceEntry(path, ManifestEntryKind.File, default, null, record));
                if (record is not null)
                {
                    seen.Add(path, record.SeenAtNs!.Value);
                }
            }

            (known, log) = (seen, next);
        }
    }

    public static TheoryData<int> Seeds() => [.. Enumerable.Range(500, Amount.Of(8))];

    [Fact]
    public void A_name_that_is_listed_twice_is_found_once() =>
        DirectoryScanner.InOrder(["b", "\uE000", "a.b", "a", "🐬", "b", "a", "🐬", "a"]).ShouldBe(["a", "a.b", "b", "\uE000", "🐬"]);

    [Fact]
    public void A_directory_is_listed_in_the_order_of_the_paths()
    {
        using var temp = new TempFolder();
        var source = temp.Sub("source");
        string[] names = ["a", "a-b", "a.b", "a b", "a0", "ä", "🐬", "\uFFF0", "#x"];
        foreach (var name in names)
        {
            foreach (var below in names)
            {
                Directory.CreateDirectory(Path.Combine(source, name, below));
                File.WriteAllText(Path.Combine(source, name, below, "t.ibd"), "x");
                File.WriteAllText(Path.Combine(source, name, $"{below}!"), "x");
            }

            File.WriteAllText(Path.Combine(source, $"{name}!"), "x");
        }

        var found = DirectoryScanner.Scan(source, null, [], isLive: false).Select(entry => entry.Path).ToList();
        found.Count.ShouldBe((names.Length * 2) + (names.Length * names.Length * 3));
        found.ShouldBe(found.OrderBy(path => Encoding.UTF8.GetBytes(path), Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b))));
    }

    [Fact]
    public void A_list_of_paths_has_each_under_its_number()
    {
        var added = Paths(new Random(3), 5000);
        added.Add(new string('ä', 4096));
        var list = new PathList();
        added.ForEach(list.Add);
        list.Count.ShouldBe(added.Count);
        Enumerable.Range(0, list.Count).Select(number => list[number]).ShouldBe(added);
    }

    private static List<string> Paths(Random random, int count)
    {
        string[] parts = ["shop", "orders", "/", "_", "7", "ä", "🐬", "𝄞", "🐭", "\uE000"];
        var paths = new HashSet<string>(StringComparer.Ordinal);
        while (paths.Count < count)
        {
            paths.Add(string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => parts[random.Next(parts.Length)])));
        }

        return [.. paths.Order(Order)];
    }

    private static SourceEntry Entry(string path, Random random)
    {
        var kind = (ManifestEntryKind)random.Next(3);
        var of = kind switch { ManifestEntryKind.File => EntryKind.File, ManifestEntryKind.Directory => EntryKind.Directory, _ => EntryKind.Link };
        var size = random.Next(3) * random.NextInt64(1 << 21);
        var stat = new FileStat(
            of, random.Next(4096), (uint)random.NextInt64(1L << 32), (uint)random.Next(2), size, 0, (ulong)random.NextInt64() * 2, random.NextInt64(), random.NextInt64() * (random.Next(2) - 1), 1);
        var target = kind == ManifestEntryKind.Link ? "../else/where" : null;
        var isRead = kind == ManifestEntryKind.File && random.Next(4) > 0;
        return new SourceEntry(path, kind, stat, target, isRead ? Read(path, stat, random) : null);
    }

    private static FileRecord Read(string path, FileStat stat, Random random)
    {
        var record = new FileRecord(path, stat, random.Next(2) == 0 ? null : random.NextInt64(), isLive: random.Next(2) == 0);
        for (var index = 0; index < record.Blocks.Count; index++)
        {
            record.Blocks[index] = random.Next(4) switch
            {
                0 => BlockReference.Hole,
                1 => BlockReference.Unknown,
                2 => new BlockReference(random.Next(), (uint)random.NextInt64(1L << 32), random.Next(), uint.MaxValue, Digest),
                _ => new BlockReference(3, 4, 5, 6, Digest, [new BlockPatch(7, 8, 9, 10, 11)]),
            };
        }

        return record;
    }
}
