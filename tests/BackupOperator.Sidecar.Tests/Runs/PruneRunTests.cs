using BackupOperator.Archive;
using BackupOperator.Archive.Copying;
using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Storage.Volumes;
using BackupOperator.Archive.Writing;
using BackupOperator.Kubernetes.Serialization;
using BackupOperator.Sidecar.Archives;
using BackupOperator.Sidecar.Failures;
using BackupOperator.Sidecar.Runs;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupOperator.Sidecar.Tests.Runs;

/// <summary>Backups are deleted from a storage and its copy.</summary>
public sealed class PruneRunTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("prune");

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public async Task A_backup_goes_from_all_its_storages_and_what_is_refused_is_told_in_the_termination_message()
    {
        await WriteAsync("ns/db/full", null);
        await WriteAsync("ns/db/inc", "ns/db/full");
        await WriteAsync("ns/db/old", null);

        (await RunAsync("ns/db/old", "ns/db/full")).ShouldBe(ExitCode.Usage);
        foreach (var store in new[] { First, Copy })
        {
            Directory.Exists(Path.Combine(store, "ns/db/old")).ShouldBeFalse();
            File.Exists(Path.Combine(store, "ns/db/full/manifest.json.zst")).ShouldBeTrue();
        }

        var told = await File.ReadAllTextAsync(Log, TestContext.Current.CancellationToken);
        told.ShouldStartWith("{\"left\"");
        KubernetesJson.Deserialize<PruneReport>(told)!.Left.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            p => p.Index.ShouldBe(1), p => p.Untouched.ShouldBeTrue(), p => p.Problem.ShouldContain("inc builds on it"));

        (await RunAsync("ns/db/full", "ns/db/inc", "ns/db/old")).ShouldBe(ExitCode.Success);
        Directory.EnumerateFileSystemEntries(First).ShouldBeEmpty();
        Directory.EnumerateFileSystemEntries(Copy).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_copy_that_cannot_be_reached_leaves_the_backup_for_another_attempt()
    {
        await WriteAsync("ns/db/old", null);
        Directory.Move(Copy, Copy + "-away");
        (await RunAsync("ns/db/old")).ShouldBe(ExitCode.StorageUnavailable);
        KubernetesJson.Deserialize<PruneReport>(await File.ReadAllTextAsync(Log, TestContext.Current.CancellationToken))!.Left.Single().Untouched.ShouldBeFalse("it is gone from the first storage");
        Directory.Move(Copy + "-away", Copy);
        (await RunAsync("ns/db/old")).ShouldBe(ExitCode.Success);
        Directory.EnumerateFileSystemEntries(Copy).ShouldBeEmpty();
    }

    [Fact]
    public async Task Copies_stay_until_the_first_storage_could_be_reached()
    {
        await WriteAsync("ns/db/old", null);
        Directory.Move(First, First + "-away");
        (await RunAsync("ns/db/old")).ShouldBe(ExitCode.StorageUnavailable);
        KubernetesJson.Deserialize<PruneReport>(await File.ReadAllTextAsync(Log, TestContext.Current.CancellationToken))!.Left.Single().ShouldSatisfyAllConditions(
            p => p.Untouched.ShouldBeFalse("it is tried again"), p => p.Problem.ShouldEndWith(". Its copies stay"));
        File.Exists(Path.Combine(Copy, "ns/db/old/manifest.json.zst")).ShouldBeTrue();

        Directory.Move(First + "-away", First);
        (await RunAsync("ns/db/old")).ShouldBe(ExitCode.Success);
        Directory.EnumerateFileSystemEntries(Copy).ShouldBeEmpty();
    }

    [Fact]
    public async Task Leftovers_that_were_removed_are_counted_in_the_termination_message()
    {
        await WriteAsync("ns/db/old", null);
        foreach (var left in new[] { Path.Combine(First, "ns/db/20260101T000000Z-full-1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed"), Path.Combine(Copy, "ns/db/20260101T000000Z-full-1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed") })
        {
            CopyFolder(Path.Combine(First, "ns/db/old"), left);
            File.Delete(Path.Combine(left, "manifest.json.zst"));
            foreach (var file in Directory.EnumerateFiles(left, "*", SearchOption.AllDirectories))
            {
                File.SetLastWriteTimeUtc(file, new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));
            }
        }

        (await RunAsync(["ns/db/old"], new RunSweep("ns/db/", []))).ShouldBe(ExitCode.Success);
        KubernetesJson.Deserialize<PruneReport>(await File.ReadAllTextAsync(Log, TestContext.Current.CancellationToken))!.ShouldSatisfyAllConditions(
            r => r.Swept.ShouldBe(2), r => r.Left.ShouldBeEmpty());
    }

    [Fact]
    public async Task Twenty_long_problems_fit_into_a_termination_message()
    {
        var paths = Enumerable.Range(0, 20).Select(i => $"ns/db/b{i}-{new string('x', 100)}").ToArray();
        await WriteAsync(paths[0], null);
        foreach (var path in paths.Skip(1))
        {
            CopyFolder(Path.Combine(First, paths[0]), Path.Combine(First, path));
        }

        (await RunAsync(paths)).ShouldNotBe(ExitCode.Success);
        new FileInfo(Log).Length.ShouldBeLessThanOrEqualTo(PruneReport.Longest);
        KubernetesJson.Deserialize<PruneReport>(await File.ReadAllTextAsync(Log, TestContext.Current.CancellationToken))!.Left.Count.ShouldBe(19, "the copies of the first have another backupId");
    }

    [Fact]
    public void A_run_that_leads_elsewhere_is_refused()
    {
        Should.Throw<RunException>(() => RunSpecReader.Read(Run(["../x"]).ToJson()));
        Should.Throw<RunException>(() => RunSpecReader.Read((Run(["x"]) with { Prune = null }).ToJson()));
        Should.Throw<RunException>(() => RunSpecReader.Read((Run(["x"]) with { Prune = Run(["x"]).Prune! with { Sweep = new RunSweep("/", []) } }).ToJson()));
        RunSpecReader.Read(Run(["x"]).ToJson()).Prune!.Backups.Count.ShouldBe(1);
    }

    private string First => Path.Combine(_root.FullName, "first");

    private string Copy => Path.Combine(_root.FullName, "copies", "0", "volume");

    private string Log => Path.Combine(_root.FullName, "log");

    private async Task WriteAsync(string path, string? parent)
    {
        var source = Directory.CreateDirectory(Path.Combine(_root.FullName, "source")).FullName;
        await File.AppendAllTextAsync(Path.Combine(source, "ibdata1"), path, TestContext.Current.CancellationToken);
        Directory.CreateDirectory(First);
        Directory.CreateDirectory(Copy);
        var store = new VolumeObjectStore(First);
        var options = new ArchiveWriterOptions
        {
            BackupId = path,
            SourceDirectory = source,
            Parent = parent is null ? null : (await ArchiveParent.TryOpenAsync(store, parent, null, ManifestHeader.Incremental, null)).Parent,
        };
        await using (var writer = await ArchiveWriter.OpenAsync(store, path, options))
        {
            await writer.RunPassAsync(databaseStopped: true);
            await writer.FinishAsync(new ManifestFacts());
        }

        await new ArchiveCopier(store, new VolumeObjectStore(Copy), path, new CopyOptions()).RunAsync();
    }

    private RunSpec Run(string[] paths) => new()
    {
        Kind = RunKind.Prune,
        ResourceKind = "MySqlBackup",
        Namespace = "ns",
        Name = "n",
        Uid = "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed",
        Path = "",
        Storage = new RunStorage { Volume = new RunVolume { Claim = "first" } },
        Copies = [new RunCopy(0, new RunStorage { Volume = new RunVolume { Claim = "copy" } })],
        Target = SampleTarget.Database,
        Prune = new RunPrune { Backups = [.. paths.Select(path => new RunPruned(path, "uid", path, path, null))] },
    };

    private Task<ExitCode> RunAsync(params string[] paths) => RunAsync(paths, null);

    private async Task<ExitCode> RunAsync(string[] paths, RunSweep? sweep)
    {
        await File.WriteAllTextAsync(Log, "", TestContext.Current.CancellationToken);
        var settings = new RunSettings { PodName = "p", Storage = First, Copies = Path.Combine(_root.FullName, "copies"), TerminationLog = Log };
        var run = Run(paths);
        run = run with { Prune = run.Prune! with { Sweep = sweep } };
        return await new PruneRun(run, settings, new RunArchives(run, settings, TimeProvider.System), TimeProvider.System, NullLogger<PruneRun>.Instance)
            .ExecuteAsync(TestContext.Current.CancellationToken);
    }

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
