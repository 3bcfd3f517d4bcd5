using System.Security.Cryptography;
using System.Text.Json.Nodes;
using BackupOperator.Archive;
using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Storage.Volumes;
using BackupOperator.Archive.Writing;

namespace BackupOperator.Sidecar.Tests.Commands;

/// <summary>Backups are removed by hand, by the rules that schedules have.</summary>
public sealed class PruneCommandTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("prune-");
    private readonly string _store;

    public PruneCommandTests() => _store = _root.CreateSubdirectory("store").FullName;

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public async Task Nothing_goes_without_yes_and_with_it_exactly_what_was_said()
    {
        await WriteAsync("ns/db/1-full");
        await WriteAsync("ns/db/2-inc", "ns/db/1-full");
        await WriteAsync("ns/db/3-full");
        await WriteAsync("ns/db/4-inc", "ns/db/3-full");

        // The same names in another cluster: its only backup, and it is older than all of these.
        await WriteAsync("ns/db/0-other", uid: "another-cluster");
        var dry = await PruneAsync("--keep-last", "1", "-o", "json");
        dry.ExitCode.ShouldBe(0, dry.Error);
        var told = JsonNode.Parse(dry.Output)!;
        told["deleted"]!.GetValue<bool>().ShouldBeFalse();
        told["backups"]!.AsArray().Where(b => !b!["keep"]!.GetValue<bool>()).Select(b => b!["path"]!.GetValue<string>()).ShouldBe(["ns/db/2-inc", "ns/db/1-full"]);
        told["backups"]!.AsArray().Single(b => b!["path"]!.GetValue<string>() == "ns/db/3-full")!["why"]![0]!.GetValue<string>().ShouldBe("needed by ns/db/4-inc");
        Paths().Count.ShouldBe(5);

        var printed = await PruneAsync("--keep-last", "1", "--dry-run");
        printed.Output.ShouldContain("would go");
        printed.Output.ShouldContain("2 of 5 backups");
        printed.Output.ShouldContain("nothing is deleted without --yes");
        Paths().Count.ShouldBe(5);

        (await PruneAsync("--keep-last", "1", "--yes")).ExitCode.ShouldBe(0);
        Paths().ShouldBe(["ns/db/0-other", "ns/db/3-full", "ns/db/4-inc"]);
        (await Sidecar.RunAsync("verify", "--from", _store, "--path", "ns/db/4-inc")).ExitCode.ShouldBe(0);
        (await PruneAsync("--keep-last", "1", "--yes")).Output.ShouldContain("0 of 3 backups");
    }

    [Fact]
    public async Task From_above_the_storage_what_others_build_on_stays_too()
    {
        await WriteAsync("ns/db/1-full");
        await WriteAsync("ns/db/2-inc", "ns/db/1-full");
        var above = _root.CreateSubdirectory("above").FullName;
        Directory.Move(_store, Path.Combine(above, "prod"));
        (await Sidecar.RunAsync("prune", "--from", above, "--keep-last", "1", "--yes")).Output.ShouldContain("0 of 2 backups");
        var refused = await Sidecar.RunAsync("prune", "--from", above, "--path", "prod/ns/db/1-full", "--yes");
        refused.ExitCode.ShouldBe((int)ExitCode.Usage);
        refused.Output.ShouldContain("2-inc builds on it");
        Directory.Exists(Path.Combine(above, "prod/ns/db/1-full")).ShouldBeTrue();
    }

    [Fact]
    public async Task From_within_the_storage_what_others_build_on_stays_too()
    {
        await WriteAsync("ns/db/1-full");
        await WriteAsync("ns/db/2-inc", "ns/db/1-full");
        var within = Path.Combine(_store, "ns");
        var kept = await Sidecar.RunAsync("prune", "--from", within, "--keep-last", "1", "--yes");
        kept.Output.ShouldContain("0 of 2 backups");
        kept.Output.ShouldContain("needed by db/2-inc");
        (await Sidecar.RunAsync("prune", "--from", within, "--path", "db/1-full", "--yes")).Output.ShouldContain("2-inc builds on it");
        (await Sidecar.RunAsync("verify", "--from", _store, "--path", "ns/db/2-inc")).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task A_backup_that_is_under_way_holds_it_up_and_an_old_one_is_left_over()
    {
        await WriteAsync("ns/db/1-full");
        await WriteAsync("ns/db/2-full");
        await WriteAsync("ns/db/3-running");
        var store = new VolumeObjectStore(_store);
        await store.DeleteAsync(ArchiveFormat.ManifestKey("ns/db/3-running"));
        var held = await PruneAsync("--keep-last", "1", "--yes");
        held.ExitCode.ShouldBe((int)ExitCode.Usage);
        held.Error.ShouldContain("3-running");
        held.Error.ShouldContain("--ignore-running");
        Paths().Count.ShouldBe(2);

        foreach (var file in Directory.EnumerateFiles(Path.Combine(_store, "ns/db/3-running"), "*", SearchOption.AllDirectories))
        {
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-8));
        }

        (await PruneAsync("--leftovers")).Output.ShouldContain("ns/db/3-running: left over");
        Directory.Exists(Path.Combine(_store, "ns/db/3-running")).ShouldBeTrue();
        (await PruneAsync("--path", "ns/db/1-full", "--leftovers", "--yes")).ExitCode.ShouldBe(0);
        Directory.Exists(Path.Combine(_store, "ns/db/3-running")).ShouldBeFalse();
        Paths().ShouldBe(["ns/db/2-full"]);
    }

    [Theory]
    [InlineData("Say what is to go")]
    [InlineData("not both", "--yes", "--dry-run", "--keep-last", "1")]
    [InlineData("not both", "--path", "x", "--keep-last", "1")]
    [InlineData("takes a number from 1 on", "--keep-daily", "0")]
    [InlineData("is no age", "--max-age", "soon")]
    [InlineData("is no size", "--max-total-size", "much")]
    [InlineData("is no time zone", "--keep-daily", "1", "--time-zone", "Mars/Olympus")]
    [InlineData("must not be above", "--max-count", "1", "--min-count", "2")]
    public async Task What_makes_no_sense_is_refused(string message, params string[] arguments)
    {
        var refused = await PruneAsync(arguments);
        refused.ExitCode.ShouldBe((int)ExitCode.Usage);
        refused.Error.ShouldContain(message);
    }

    private Task<Sidecar.Outcome> PruneAsync(params string[] arguments) => Sidecar.RunAsync(["prune", "--from", _store, .. arguments]);

    private List<string> Paths() => [.. Directory.EnumerateFiles(_store, "manifest.json.zst", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(_store, Path.GetDirectoryName(file)!)).Order(StringComparer.Ordinal)];

    private async Task WriteAsync(string path, string? parent = null, string uid = "this-cluster")
    {
        var source = _root.CreateSubdirectory("source").FullName;
        await File.WriteAllBytesAsync(Path.Combine(source, "ibdata1"), RandomNumberGenerator.GetBytes(100_000));
        var store = new VolumeObjectStore(_store);
        var options = new ArchiveWriterOptions
        {
            BackupId = path,
            SourceDirectory = source,
            Parent = parent is null ? null : (await ArchiveParent.TryOpenAsync(store, parent, null, ManifestHeader.Incremental, null)).Parent,
        };
        await using var writer = await ArchiveWriter.OpenAsync(store, path, options);
        await writer.RunPassAsync(databaseStopped: true);
        await writer.FinishAsync(new ManifestFacts { Namespace = "ns", StatefulSet = "db", StatefulSetUid = uid });
    }
}
