using System.Text;
using BackupOperator.Archive.Compression;
using BackupOperator.Archive.Storage;
using BackupOperator.Archive.Storage.Volumes;
using BackupOperator.Archive.Tests.Support;

namespace BackupOperator.Archive.Tests;

/// <summary>Manifests that somebody made up, correctly compressed and sealed: every lie is refused before anything is written.</summary>
public sealed class HostileManifestTests : IDisposable
{
    private const string Digest = "0000000000000000000000000000000000000000000000000000000000000000";
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData("../../etc/passwd", "leads out")]
    [InlineData("/etc/passwd", "absolute")]
    [InlineData("shop/../../x", "leads out")]
    [InlineData("shop//x", "leads out")]
    [InlineData("shop/./x", "leads out")]
    [InlineData("shop/", "leads out")]
    [InlineData("..", "leads out")]
    [InlineData("", "empty")]
    [InlineData("x\\u0000y", "leads out")]
    [InlineData("\\ud800", "surrogate")]
    [InlineData(".mysqlbackup-previous-1", "reserved")]
    [InlineData("nowhere/x", "no directory")]
    public async Task A_path_that_cannot_be_trusted_is_refused(string path, string why) =>
        (await RefusedAsync(Header(1, 0), $$"""{"file":"{{path}}","mode":384,"uid":0,"gid":0,"mtime":0,"size":0}""", End(1, 0)))
            .Message.ShouldContain(why, Case.Insensitive);

    [Fact]
    public async Task A_path_through_a_link_is_refused() =>
        (await RefusedAsync(
            Header(1, 0, links: 1),
            """{"link":"a","mode":511,"uid":0,"gid":0,"mtime":0,"target":"b"}""",
            """{"file":"a/x","mode":384,"uid":0,"gid":0,"mtime":0,"size":0}""",
            End(1, 0, links: 1))).Message.ShouldContain("no directory");

    [Fact]
    public async Task A_path_through_a_file_is_refused() =>
        (await RefusedAsync(
            Header(2, 0),
            """{"file":"a","mode":384,"uid":0,"gid":0,"mtime":0,"size":0}""",
            """{"file":"a/x","mode":384,"uid":0,"gid":0,"mtime":0,"size":0}""",
            End(2, 0))).Message.ShouldContain("no directory");

    [Theory]
    [InlineData("/etc")]
    [InlineData("../x")]
    [InlineData("b/../../x")]
    [InlineData("b/../c")]
    [InlineData("..")]
    public async Task A_link_that_leads_out_is_refused(string target) =>
        (await RefusedAsync(
            Header(0, 0, links: 1), $$"""{"link":"a","mode":511,"uid":0,"gid":0,"mtime":0,"target":"{{target}}"}""", End(0, 0, links: 1)))
            .Message.ShouldContain("points");

    [Fact]
    public async Task Entries_that_come_twice_or_out_of_order_are_refused()
    {
        const string File = """{"file":"a","mode":384,"uid":0,"gid":0,"mtime":0,"size":0}""";
        (await RefusedAsync(Header(2, 0), File, File, End(2, 0))).Message.ShouldContain("out of order");
        (await RefusedAsync(Header(2, 0), File.Replace("\"a\"", "\"b\""), File, End(2, 0))).Message.ShouldContain("out of order");
    }

    [Theory]
    [InlineData("[[0,0,1,0,\"D\"]]", "fewer blocks")]
    [InlineData("[[0,0,1,0,\"D\"],1,1]", "more blocks")]
    [InlineData("[3]", "out of its range")]
    [InlineData("[0]", "out of its range")]
    [InlineData("[]", "fewer blocks")]
    [InlineData("[-1,3]", "out of its range")]
    [InlineData("[[1,0,1,0,\"D\"],1]", "out of its range")]
    [InlineData("[[-1,0,1,0,\"D\"],1]", "out of its range")]
    [InlineData("[[0,100,1,0,\"D\"],1]", "out of its range")]
    [InlineData("[[0,0,101,0,\"D\"],1]", "out of its range")]
    [InlineData("[[0,0,0,0,\"D\"],1]", "out of its range")]
    [InlineData("[[0,0,1048577,0,\"D\"],1]", "out of its range")]
    [InlineData("[[0,0,1,0,\"00\"],1]", "digest")]
    [InlineData("[[0,0,1,0,17],1]", "requires an element of type")]
    [InlineData("[[0,0,1,\"D\"],1]", "is none")]
    [InlineData("[[0,0,1,0,\"D\"],1.5]", "out of its range")]
    [InlineData("\"x\"", "fewer blocks")]
    public async Task Blocks_that_cannot_be_are_refused(string blocks, string why) =>
        (await RefusedAsync(
            Header(1, (1 << 20) + 1, stored: 1),
            Pack(),
            $$"""{"file":"a","mode":384,"uid":0,"gid":0,"mtime":0,"size":{{(1 << 20) + 1}}}""",
            $$"""{"blocks":{{blocks.Replace("D", Digest)}}}""",
            End(1, (1 << 20) + 1, stored: 1))).Message.ShouldContain(why, Case.Insensitive);

    [Theory]
    [InlineData("\"path\":\"../other\"")]
    [InlineData("\"path\":\"/etc\"")]
    [InlineData("\"size\":4294967297")]
    [InlineData("\"size\":0")]
    [InlineData("\"chunk\":1073741824")]
    [InlineData("\"chunk\":0")]
    [InlineData("\"pack\":100000")]
    [InlineData("\"digest\":\"x\"")]
    public async Task Packs_that_cannot_be_are_refused(string lie)
    {
        var name = lie[..lie.IndexOf(':')];
        var pack = Pack();
        var start = pack.IndexOf(name, StringComparison.Ordinal);
        var end = pack.IndexOfAny([',', '}'], start);
        await RefusedAsync(Header(0, 0), pack[..start] + lie + pack[end..], End(0, 0));
    }

    [Fact]
    public async Task A_newer_or_an_encrypted_format_is_refused_with_the_way_out()
    {
        (await RefusedAsync(Header(0, 0).Replace("\"manifest\":1", "\"manifest\":2"), End(0, 0))).Message.ShouldContain("use a newer one");
        (await RefusedAsync(Header(0, 0).Replace("\"manifest\":1", "\"manifest\":1,\"encryption\":\"ROT13\""), End(0, 0))).Message.ShouldContain("encrypted");
    }

    [Fact]
    public async Task A_manifest_that_is_not_whole_or_miscounts_is_refused()
    {
        const string File = """{"file":"a","mode":384,"uid":0,"gid":0,"mtime":0,"size":0}""";
        (await RefusedAsync(Header(1, 0), File)).Message.ShouldContain("before its last line");
        (await RefusedAsync(Header(1, 0), End(1, 0))).Message.ShouldContain("totals");
        (await RefusedAsync(Header(1, 0), File, End(2, 0))).Message.ShouldContain("totals");
        (await RefusedAsync(Header(2, 0), File, End(1, 0))).Message.ShouldContain("totals");
        (await RefusedAsync(Header(1, 0), File, End(1, 0), File)).Message.ShouldContain("goes on");
        (await RefusedAsync("{}", End(0, 0))).Message.ShouldContain("no header");
        (await RefusedAsync("[]")).Message.ShouldContain("no object");
        (await RefusedAsync("{\"manifest\":1}", End(0, 0))).Message.ShouldContain("missing required properties");
        (await RefusedAsync(Header(1, 0), "{\"file\":\"a\",\"file\":\"b\"}", End(1, 0))).Message.ShouldContain("uplicate");
        (await RefusedAsync(Header(1, 0), $"{{\"file\":\"{new string('a', 2 << 20)}\"}}", End(1, 0))).Message.ShouldContain("too long");
    }

    [Fact]
    public async Task A_manifest_that_decompresses_without_end_does_not_fill_the_memory()
    {
        await PutAsync([Header(0, 0), new string(' ', 160 << 20)]);
        var before = GC.GetTotalAllocatedBytes();
        await Should.ThrowAsync<CorruptArchiveException>(() => Backups.VerifyAsync(new VolumeObjectStore(_temp.Sub("store"))));
        (GC.GetTotalAllocatedBytes() - before).ShouldBeLessThan(32 << 20);
    }

    private static string Header(int files, long bytes, int links = 0, long stored = 0) => $$"""
        {"manifest":1,"backupId":"x","blockSize":1048576,"consistency":"Cold","facts":{},"startedAt":"2026-01-01T00:00:00Z","readAt":"2026-01-01T00:00:00Z","finishedAt":"2026-01-01T00:00:00Z","excluded":[],"root":{"mode":488,"uid":0,"gid":0},"totals":{{Totals(files, bytes, links, stored)}},"storedBytes":0}
        """;

    private static string End(int files, long bytes, int links = 0, long stored = 0) => $$"""{"end":{{Totals(files, bytes, links, stored)}}}""";

    private static string Totals(int files, long bytes, int links, long stored)
    {
        var blocks = (bytes + (1 << 20) - 1) >> 20;
        return $$"""{"files":{{files}},"directories":0,"links":{{links}},"blocks":{{blocks}},"holes":{{blocks - stored}},"logicalBytes":{{bytes}},"dataBytes":{{(stored == 0 ? 0 : 1 << 20)}}}""";
    }

    private static string Pack() => $$"""{"pack":0,"path":"ns/db/one","size":100,"chunk":16777216,"digest":"{{Digest}}"}""";

    private async Task<CorruptArchiveException> RefusedAsync(params string[] lines)
    {
        await PutAsync(lines);
        var store = new VolumeObjectStore(_temp.Sub("store"));
        var target = Path.Combine(_temp.Path, "target");
        await Should.ThrowAsync<CorruptArchiveException>(() => Backups.RestoreAsync(store, target));
        Directory.Exists(target).ShouldBeFalse();
        return await Should.ThrowAsync<CorruptArchiveException>(() => Backups.VerifyAsync(store));
    }

    private async Task PutAsync(string[] lines)
    {
        var stored = new MemoryStream();
        using (var plain = new ZstdWriteStream(stored))
        {
            foreach (var line in lines)
            {
                plain.Write(Encoding.UTF8.GetBytes(line.Trim('\n') + "\n"));
            }

            plain.Complete();
        }

        await new VolumeObjectStore(_temp.Sub("store")).PutAsync(ArchiveFormat.ManifestKey(Backups.Path), stored.ToArray(), PutMode.Replace);
    }
}
