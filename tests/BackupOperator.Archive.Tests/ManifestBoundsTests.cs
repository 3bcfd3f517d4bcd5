using System.Globalization;
using System.Text;
using BackupOperator.Archive.Compression;
using BackupOperator.Archive.Manifests;

namespace BackupOperator.Archive.Tests;

/// <summary>However much a manifest says, its reader takes little memory; and what is written can be read.</summary>
public sealed class ManifestBoundsTests
{
    private const string Digest = "0000000000000000000000000000000000000000000000000000000000000000";
    private const long Most = 128 << 20;

    [Fact]
    public void Millions_of_equal_packs_are_refused() =>
        Refused(Enumerable.Repeat(string.Join('\n', Enumerable.Repeat(Pack(0), 10_000)), 200)).ShouldContain("comes twice");

    [Fact]
    public void More_packs_than_the_bytes_that_are_stored_can_be_of_are_refused() =>
        Refused(Distinct(300_000)).ShouldContain("packs");

    [Fact]
    public void Long_lines_that_are_made_of_nothing_are_refused() =>
        Refused(Enumerable.Range(0, 300).Select(i => Pack(i)[..^1] + $",\"x\":\"{new string('x', 1_000_000)}\"}}")).ShouldContain("longer than it can be");

    [Fact]
    public void Packs_in_folders_with_endless_names_are_refused() =>
        Refused(Enumerable.Range(0, 20_000).Select(i => Pack(0, LongPath(i)))).ShouldContain("too many folders");

    [Fact]
    public void More_packs_than_any_backup_has_are_refused()
    {
        var list = new PackList(PackList.MostIn(long.MaxValue));
        for (var i = 0; i < PackList.Most; i++)
        {
            list.Add(new ManifestPack($"p/{i / 100_000}", i % 100_000, 1, 1 << 20, Digest));
        }

        Should.Throw<FormatException>(() => list.Add(new ManifestPack("other", 0, 1, 1 << 20, Digest))).Message.ShouldContain("1000000");
    }

    [Fact]
    public void Directories_are_forgotten_when_they_are_passed()
    {
        const int Count = 20_000;
        var passed = new Passed(when: Count - 1);
        using var reader = new ManifestReader(Store([.. Enumerable.Range(0, Count).Select(i => Directory($"d{i:D7}"))], Count), "here", "test");
        reader.ReadEntries(passed, null, TestContext.Current.CancellationToken);
        passed.Living.ShouldBeLessThan(100);
    }

    [Theory]
    [InlineData("a", "a/x", "a/y", "b")]
    [InlineData("a", "a!", "a!/x", "a/x", "a0")]
    [InlineData("a", "a/b", "a/b!", "a/b!c", "a/b/c", "a/c")]
    [InlineData("é", "é/x", "éé", "éé/é")]
    public void A_directory_is_known_until_all_that_lies_in_it_was_there(params string[] paths)
    {
        var open = new OpenDirectories();
        foreach (var path in paths)
        {
            open.Has(path).ShouldBeTrue(path);
            open.Add(path);
        }

        open.Has("c/x").ShouldBeFalse();
    }

    [Fact]
    public void Directories_are_known_as_a_set_of_all_of_them_would_know()
    {
        var random = new Random(77);
        for (var round = 0; round < 2_000; round++)
        {
            var paths = Enumerable.Range(0, 30).Select(_ => Name(random)).Distinct().Order(Comparer<string>.Create(ArchivePath.Compare)).ToList();
            var (all, open) = (new HashSet<string>(), new OpenDirectories());
            foreach (var path in paths)
            {
                var slash = path.LastIndexOf('/');
                open.Has(path).ShouldBe(slash < 0 || all.Contains(path[..slash]), $"{path} of {string.Join(' ', paths)}");
                if (random.Next(3) > 0)
                {
                    open.Add(path);
                    all.Add(path);
                }
            }
        }
    }

    [Fact]
    public void A_line_that_nobody_could_read_is_not_written()
    {
        var longest = Header() with { Facts = new ManifestFacts { GtidExecuted = new string('7', 1 << 20) } };
        Should.Throw<InvalidOperationException>(() => Reread(longest, [])).Message.ShouldContain("can be read again");

        var fits = Header() with { Facts = new ManifestFacts { GtidExecuted = new string('7', 1_000_000) } };
        using var reader = Reread(fits, []);
        reader.Header.Facts.ShouldBe(fits.Facts);
    }

    [Fact]
    public void A_line_is_written_up_to_the_last_byte_that_can_be_read()
    {
        var wide = 0;
        for (var length = (1 << 20) - 500; length < 1 << 20; length++)
        {
            try
            {
                using var reader = Reread(Header() with { Facts = new ManifestFacts { GtidExecuted = new string('7', length) } }, []);
                wide = length;
            }
            catch (InvalidOperationException)
            {
                break;
            }
        }

        wide.ShouldBeGreaterThan((1 << 20) - 500);
    }

    [Fact]
    public void A_pack_is_not_written_twice() =>
        Should.Throw<InvalidOperationException>(() => Reread(Header(), [new ManifestPack("a", 1, 1, 1 << 20, Digest), new ManifestPack("a", 1, 1, 1 << 20, Digest)]))
            .Message.ShouldContain("comes twice");

    [Fact]
    public void Packs_in_more_folders_than_can_be_read_are_not_written() =>
        Should.Throw<InvalidOperationException>(() => Reread(Header(), Enumerable.Range(0, 20_000).Select(i => new ManifestPack(LongPath(i), 0, 1, 1 << 20, Digest))))
            .Message.ShouldContain("take a full backup");

    private static string Name(Random random) =>
        string.Join('/', Enumerable.Range(0, random.Next(1, 4)).Select(_ => new string([.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => "ab!0"[random.Next(4)])])));

    private static string Refused(IEnumerable<string> packs)
    {
        var stored = Store(packs);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var message = Should.Throw<CorruptArchiveException>(() => new ManifestReader(stored, "here", "test")).Message;
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(Most);
        return message;
    }

    private static ManifestReader Reread(ManifestHeader header, IEnumerable<ManifestPack> packs)
    {
        var stored = new MemoryStream();
        using (var writer = new ManifestWriter(stored, header, packs, "here"))
        {
            writer.Complete();
        }

        stored.Position = 0;
        return new ManifestReader(stored, "here", "test");
    }

    private static MemoryStream Store(IEnumerable<string> lines, int directories = 0)
    {
        var totals = new ManifestTotals(0, directories, 0, 0, 0, 0, 0);
        var stored = new MemoryStream();
        using (var plain = new ZstdWriteStream(stored))
        {
            foreach (var line in lines.Prepend(System.Text.Json.JsonSerializer.Serialize(Header() with { Totals = totals }, ManifestJson.Options))
                .Append($"{{\"end\":{System.Text.Json.JsonSerializer.Serialize(totals, ManifestJson.Options)}}}"))
            {
                plain.Write(Encoding.UTF8.GetBytes(line + "\n"));
            }

            plain.Complete();
        }

        stored.Position = 0;
        return stored;
    }

    private static ManifestHeader Header() => new()
    {
        BackupId = "one",
        Consistency = ManifestHeader.Cold,
        Facts = new ManifestFacts(),
        StartedAt = DateTimeOffset.UnixEpoch,
        ReadAt = DateTimeOffset.UnixEpoch,
        FinishedAt = DateTimeOffset.UnixEpoch,
        Excluded = [],
        Root = new ManifestRoot(0x1E8, 0, 0),
        Totals = new ManifestTotals(0, 0, 0, 0, 0, 0, 0),
        StoredBytes = 0,
    };

    private static string LongPath(int number) => string.Concat(Enumerable.Repeat($"{new string('p', 200)}/", 19)) + number;

    private static IEnumerable<string> Distinct(int count) => Enumerable.Range(0, count).Select(i => Pack(i % 100_000, $"p/{i / 100_000}"));

    private static string Pack(int number, string path = "p") =>
        string.Create(CultureInfo.InvariantCulture, $"{{\"pack\":{number},\"path\":\"{path}\",\"size\":1,\"chunk\":1048576,\"digest\":\"{Digest}\"}}");

    private static string Directory(string path) => $"{{\"dir\":\"{path}\",\"mode\":488,\"uid\":0,\"gid\":0,\"mtime\":0}}";

    /// <summary>Counts the paths that somebody still keeps shortly before the end.</summary>
    private sealed class Passed(int when) : ManifestVisitor
    {
        private readonly List<WeakReference> _paths = [];

        public int Living { get; private set; } = int.MaxValue;

        public override void End(ManifestEntry entry)
        {
            _paths.Add(new WeakReference(entry.Path));
            if (_paths.Count == when)
            {
                GC.Collect();
                Living = _paths.Count(path => path.IsAlive);
            }
        }
    }
}
