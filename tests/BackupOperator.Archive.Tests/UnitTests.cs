using System.Text;
using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Storage.Volumes;
using BackupOperator.Archive.Tests.Support;
using BackupOperator.Archive.Writing;

namespace BackupOperator.Archive.Tests;

public sealed class UnitTests
{
    [Fact]
    public void The_checksum_is_the_one_of_the_standard()
    {
        // RFC 3720, appendix B.4.
        BlockChecksum.Of(new byte[32]).ShouldBe(0x8A9136AAu);
        BlockChecksum.Of([.. Enumerable.Repeat((byte)0xFF, 32)]).ShouldBe(0x62A8AB43u);
        BlockChecksum.Of([.. Enumerable.Range(0, 32).Select(i => (byte)i)]).ShouldBe(0x46DD794Eu);
        BlockChecksum.Of("123456789"u8).ShouldBe(0xE3069283u);
    }

    [Fact]
    public void Paths_are_in_the_order_of_their_bytes()
    {
        var random = new Random(1);
        string[] parts = ["a", "b", "/", ".", "-", "ä", "\uFFFF", "\uE000", "🐬", "𝄞", "Z"];
        for (var i = 0; i < 20_000; i++)
        {
            var (left, right) = (Make(), Make());
            var expected = Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right));
            Math.Sign(ArchivePath.Compare(left, right)).ShouldBe(Math.Sign(expected), $"{left} {right}");
        }

        string Make() => string.Concat(Enumerable.Range(0, random.Next(1, 5)).Select(_ => parts[random.Next(parts.Length)]));
    }

    [Fact]
    public void A_list_of_blocks_remembers_what_it_was_told()
    {
        var random = new Random(2);
        for (var round = 0; round < 200; round++)
        {
            var count = random.Next(1, 2000);
            var list = new BlockList(count);
            var expected = Enumerable.Repeat(BlockReference.Unknown, count).ToArray();
            for (var i = 0; i < 300; i++)
            {
                var from = random.Next(count);
                if (i < 5)
                {
                    var to = random.Next(from, count) + 1;
                    if (expected.AsSpan(from..to).IndexOfAnyExcept(BlockReference.Unknown) < 0)
                    {
                        list.SetHoles(from, to);
                        expected.AsSpan(from..to).Fill(BlockReference.Hole);
                    }
                }
                else
                {
                    list[from] = expected[from] = random.Next(3) switch
                    {
                        0 => BlockReference.Hole,
                        1 => BlockReference.Unknown,
                        _ => new BlockReference(1, (uint)i, 5, 6, new BlockDigest(1, 2, 3, 4)),
                    };
                }
            }

            Enumerable.Range(0, count).Select(i => list[i]).ShouldBe(expected);
            list.IsWhole.ShouldBe(!expected.Contains(BlockReference.Unknown));
            list.Stored().ShouldBe(expected.Where(block => block.IsStored));
        }
    }

    [Fact]
    public async Task The_catalog_lists_what_is_there_and_what_is_wrong_with_it()
    {
        using var temp = new TempFolder();
        var source = temp.Sub("source");
        DataDirectory.Write(Path.Combine(source, "ibdata1"), DataDirectory.Noise(new Random(1), 3 << 20));
        var store = new VolumeObjectStore(temp.Sub("store"), 1 << 20);
        foreach (var id in new[] { "good", "bad" })
        {
            await using var writer = await ArchiveWriter.OpenAsync(store, $"ns/{id}", Backups.Options(source, id));
            await writer.RunPassAsync(databaseStopped: true);
            await writer.FinishAsync(new ManifestFacts());
        }

        await using (var writer = await ArchiveWriter.OpenAsync(store, "ns/unfinished", Backups.Options(source, "unfinished")))
        {
            await writer.RunPassAsync(databaseStopped: false);
        }

        await store.PutAsync("ns/bad/manifest.json.zst", "nonsense"u8.ToArray());
        var entries = new List<CatalogEntry>();
        await foreach (var entry in ArchiveCatalog.ListAsync(store, "ns/"))
        {
            entries.Add(entry);
        }

        entries.Select(entry => entry.Path).ShouldBe(["ns/bad", "ns/good", "ns/unfinished"]);
        entries[0].Problem.ShouldNotBeNull().ShouldContain("damaged");
        entries[1].Archive.ShouldNotBeNull().Header.Totals.LogicalBytes.ShouldBe(3 << 20);
        entries[2].Problem.ShouldBe("unfinished");
    }
}
