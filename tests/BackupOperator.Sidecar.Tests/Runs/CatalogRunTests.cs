using System.Text.Json.Nodes;
using BackupOperator.Api.Entities;
using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Storage.Volumes;
using BackupOperator.Archive.Writing;
using BackupOperator.Core.Catalogs;
using BackupOperator.Kubernetes.Client;
using BackupOperator.Kubernetes.Configuration;
using BackupOperator.Kubernetes.Crds;
using BackupOperator.Kubernetes.Models;
using BackupOperator.Kubernetes.Serialization;
using BackupOperator.LocalCluster.ApiServer;
using BackupOperator.Sidecar.Archives;
using BackupOperator.Sidecar.Catalogs;
using BackupOperator.Sidecar.Failures;
using BackupOperator.Sidecar.Runs;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupOperator.Sidecar.Tests.Runs;

/// <summary>A storage is told to a schedule; the operator's answers are played.</summary>
public sealed class CatalogRunTests : IAsyncLifetime
{
    private const long Session = 7;
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("catalog");
    private LocalApiServer _server = null!;
    private KubernetesClient _client = null!;
    private string _uid = "";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await LocalApiServer.StartAsync();
        _client = new KubernetesClient(KubernetesClientConfiguration.BuildConfigFromConfigFile(_server.KubeconfigPath));
        await _client.CreateAsync(KubernetesJson.FromNode<V1CustomResourceDefinition>(CrdGenerator.Generate<MySqlBackupSchedule>())!);
        while (_uid.Length == 0)
        {
            try
            {
                _uid = (await _client.CreateAsync(Schedule())).Metadata.Uid!;
            }
            catch (KubernetesApiException unknown) when (unknown.IsNotFound)
            {
                // The definition is being installed.
                await Task.Delay(20, Stop);
            }
        }

        Directory.CreateDirectory(Store);
        await AnswerAsync(new JsonObject { ["phase"] = "Running", ["session"] = Session });
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        _root.Delete(recursive: true);
    }

    [Fact]
    public async Task The_backups_of_the_target_are_told_and_those_of_others_are_not()
    {
        await WriteAsync("ns/db/full", null, "nightly-1", "nightly");
        await WriteAsync("ns/db/inc", "ns/db/full");
        await WriteAsync("ns/other/x", null, statefulSet: "other");
        await WriteAsync("away/db/x", null, @namespace: "away");
        await WriteAsync("ns/db/by-hand", null, @namespace: null);
        foreach (var broken in new[] { "ns/db/torn", "away/db/torn" })
        {
            Directory.CreateDirectory(Path.Combine(Store, broken));
            await File.WriteAllTextAsync(Path.Combine(Store, broken, "manifest.json.zst"), "torn", Stop);
        }

        var run = RunAsync();
        var page = await PageAsync(1);
        page.Last.ShouldBeTrue();
        page.Backups.Select(b => b.Path).ShouldBe(["ns/db/full", "ns/db/inc"]);
        page.Problems.ShouldHaveSingleItem().Path.ShouldBe("ns/db/torn");
        var summary = await Archive.Reading.ArchiveReader.SummarizeAsync(new VolumeObjectStore(Store), "ns/db/full", cancellationToken: Stop);
        page.Backups[0].ShouldSatisfyAllConditions(
            b => b.Name.ShouldBe("nightly-1"), b => b.Schedule.ShouldBe("nightly"), b => b.Claim.ShouldBe("data-db-0"), b => b.Pod.ShouldBe("db-0"), b => b.Encrypted.ShouldBeFalse(),
            b => b.Result.BackupId.ShouldBe("ns/db/full"), b => b.Result.ManifestDigest.ShouldBe(summary.ManifestDigest), b => b.Result.Type.ShouldBe("Full"),
            b => b.Result.LogicalBytes.ShouldBe(summary.Totals.LogicalBytes), b => b.Result.StoredBytes.ShouldBe(summary.StoredBytes));
        page.Backups[1].ShouldSatisfyAllConditions(b => b.Name.ShouldBeNull(), b => b.Result.Type.ShouldBe("Incremental"), b => b.Result.ParentId.ShouldBe("ns/db/full"));

        await AnswerAsync(new JsonObject { ["phase"] = "Imported", ["page"] = 1 });
        (await run).ShouldBe(ExitCode.Success);
        (await ReadAsync()).Status.CatalogPage.ShouldBeNull("it is of no use any more");
    }

    [Fact]
    public async Task What_lost_a_pack_or_an_ancestor_is_a_problem_and_no_backup()
    {
        await WriteAsync("ns/db/full", null);
        await WriteAsync("ns/db/inc", "ns/db/full");
        await WriteAsync("ns/db/whole", null);
        Directory.Delete(Path.Combine(Store, "ns/db/full/packs"), recursive: true);
        await WriteAsync("ns/db/x-flipped", null);
        var flipped = Path.Combine(Store, "ns/db/x-flipped/manifest.json.zst");
        var bytes = await File.ReadAllBytesAsync(flipped, Stop);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(flipped, bytes, Stop);

        var run = RunAsync();
        var page = await PageAsync(1);
        page.Problems.Select(p => p.Path).ShouldBe(["ns/db/full", "ns/db/inc", "ns/db/x-flipped"], string.Join(" / ", page.Problems));
        page.Backups.Select(b => b.Path).ShouldBe(["ns/db/whole"]);
        page.Problems[0].Problem.ShouldContain("is missing");
        await AnswerAsync(new JsonObject { ["phase"] = "Imported", ["page"] = 1 });
        (await run).ShouldBe(ExitCode.Success);
    }

    [Fact]
    public async Task A_pod_that_is_killed_at_any_page_is_followed_by_one_that_leaves_none_out_and_does_none_twice()
    {
        const int Count = 120;
        await WriteAsync("ns/db/000", null);
        for (var i = 1; i < Count; i++)
        {
            CopyFolder(Path.Combine(Store, "ns/db/000"), Path.Combine(Store, $"ns/db/{i:000}"));
        }

        List<string> told = [];
        for (var number = 1; ; number++)
        {
            // One dies before the page is written down as done, the next one after.
            for (var death = 0; death < 2; death++)
            {
                using var kill = CancellationTokenSource.CreateLinkedTokenSource(Stop);
                var run = RunAsync(kill.Token);
                var page = await PageAsync(number);
                page.Backups.Count.ShouldBeLessThanOrEqualTo(CatalogPage.MostBackups);
                if (death == 1)
                {
                    told.AddRange(page.Backups.Select(b => b.Path));
                    await AnswerAsync(new JsonObject { ["page"] = number, ["after"] = page.After, ["phase"] = page.Last ? "Imported" : "Running" });
                }

                await kill.CancelAsync();
                (await run).ShouldBeOneOf(ExitCode.Terminated, ExitCode.Success);
                if (death == 1 && page.Last)
                {
                    told.ShouldBe(Enumerable.Range(0, Count).Select(i => $"ns/db/{i:000}"));
                    number.ShouldBeGreaterThan(2);
                    (await RunAsync()).ShouldBe(ExitCode.Success, "nobody waits for it any more");
                    return;
                }
            }
        }
    }

    [Fact]
    public async Task A_storage_that_was_never_written_to_is_empty_and_one_that_is_not_there_is_an_error()
    {
        var run = RunAsync(folder: "not/yet");
        var page = await PageAsync(1);
        page.ShouldSatisfyAllConditions(p => p.Last.ShouldBeTrue(), p => p.Backups.ShouldBeEmpty(), p => p.Problems.ShouldBeEmpty());
        await AnswerAsync(new JsonObject { ["phase"] = "Imported", ["page"] = 1 });
        (await run).ShouldBe(ExitCode.Success);

        Directory.Delete(Store);
        (await RunAsync()).ShouldBe(ExitCode.StorageRefused);
        Should.Throw<RunException>(() => RunSpecReader.Read((Run() with { Catalog = null }).ToJson()));
    }

    private string Store => Path.Combine(_root.FullName, "store");

    private async Task<CatalogPage> PageAsync(int number)
    {
        for (var i = 0; i < 1500; i++)
        {
            if ((await ReadAsync()).Status.CatalogPage is { } page && page.Number == number)
            {
                page.Session.ShouldBe(Session);
                return page;
            }

            await Task.Delay(20, Stop);
        }

        throw new TimeoutException($"page {number} was not told");
    }

    private async Task<MySqlBackupSchedule> ReadAsync() => (await _client.GetAsync<MySqlBackupSchedule>("nightly", "default", Stop))!;

    private async Task AnswerAsync(JsonObject catalog) => await _client.PatchAsync<MySqlBackupSchedule>(
        "nightly", "default", KubernetesPatch.Merge(new JsonObject { ["status"] = new JsonObject { ["catalog"] = catalog } }), "status", Stop);

    private async Task WriteAsync(string path, string? parent, string? name = null, string? schedule = null, string? @namespace = "default", string? statefulSet = "db")
    {
        var source = Directory.CreateDirectory(Path.Combine(_root.FullName, "source")).FullName;
        await File.AppendAllTextAsync(Path.Combine(source, "ibdata1"), path, Stop);
        await File.WriteAllTextAsync(Path.Combine(source, "unchanged"), "what an incremental backup takes from its parent", Stop);
        var store = new VolumeObjectStore(Store);
        var options = new ArchiveWriterOptions
        {
            BackupId = path,
            SourceDirectory = source,
            Parent = parent is null ? null : (await ArchiveParent.TryOpenAsync(store, parent, null, ManifestHeader.Incremental, null)).Parent,
        };
        await using var writer = await ArchiveWriter.OpenAsync(store, path, options);
        await writer.RunPassAsync(databaseStopped: true);
        await writer.FinishAsync(new ManifestFacts { Namespace = @namespace, StatefulSet = statefulSet, Resource = name, Schedule = schedule, Pod = "db-0", Claim = "data-db-0" });
    }

    private Task<ExitCode> RunAsync(CancellationToken? cancellation = null, string folder = "")
    {
        var run = RunSpecReader.Read((Run() with { Storage = new RunStorage { Volume = new RunVolume { Claim = "c", Folder = folder } } }).ToJson());
        var settings = new RunSettings { PodName = "p", Storage = Store, TerminationLog = Path.Combine(_root.FullName, "log"), PollInterval = TimeSpan.FromMilliseconds(20) };
        return new CatalogRun(run, settings, _client, new RunArchives(run, settings, TimeProvider.System), TimeProvider.System, new Random(1), NullLogger<CatalogRun>.Instance)
            .ExecuteAsync(cancellation ?? Stop);
    }

    private RunSpec Run() => new()
    {
        Kind = RunKind.Catalog,
        ResourceKind = "MySqlBackupSchedule",
        Namespace = "default",
        Name = "nightly",
        Uid = _uid,
        Path = "",
        Storage = new RunStorage { Volume = new RunVolume { Claim = "c" } },
        Target = new RunTarget
        {
            StatefulSet = "db",
            StatefulSetUid = "",
            Replicas = 0,
            Ordinal = 0,
            Pod = "",
            Claim = "",
            ServerDataDirectory = "/var/lib/mysql",
            MaxDowntime = TimeSpan.Zero,
            QuiesceTimeout = TimeSpan.Zero,
            ResumeTimeout = TimeSpan.Zero,
        },
        Catalog = new RunCatalog(Session, "ns/db/"),
    };

    private static MySqlBackupSchedule Schedule() => new()
    {
        Metadata = new V1ObjectMeta { Name = "nightly", Namespace = "default" },
        Spec = new MySqlBackupScheduleSpec
        {
            Schedule = "0 0 29 2 *",
            Template = new BackupTemplate
            {
                Spec = new MySqlBackupSpec { Target = new DatabaseTarget { StatefulSet = "db" }, Storage = new StorageSpec { Volume = new VolumeStorageSpec { ClaimName = "c" } } },
            },
        },
    };

    private static void CopyFolder(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var path = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Copy(file, path);
        }
    }
}
