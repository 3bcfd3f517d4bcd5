using BackupOperator.Archive;
using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Storage.Volumes;
using BackupOperator.Archive.Writing;
using BackupOperator.Core.Retention;
using BackupOperator.Sidecar.Archives;
using BackupOperator.Sidecar.Runs;
using BackupOperator.TestSupport.Time;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupOperator.Sidecar.Tests.Runs;

/// <summary>
/// Two clusters with a database of the same name and five schedules each write to one storage and remove from it, each
/// knowing only its own backups.
/// </summary>
public sealed class SharedBucketTests : IDisposable
{
    private const string Folder = "ns/db";
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("shared");
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private int _names;

    public void Dispose() => _root.Delete(recursive: true);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Neither_loses_a_backup_that_it_keeps_nor_a_running_one_and_what_is_left_over_goes(int seed)
    {
        var random = new Random(seed);
        World[] worlds = [new("a"), new("b")];
        var abandoned = new List<string>();
        var removed = 0;
        for (var step = 0; step < 100; step++)
        {
            _time.Advance(TimeSpan.FromHours(random.Next(1, 18)));
            var world = worlds[random.Next(2)];
            switch (random.Next(8))
            {
                case < 4:
                    await BackUpAsync(world, random);
                    break;
                case 4 when world.Running is null:
                    world.Running = await BeginAsync(world, "running");
                    break;
                case 5 when world.Running is { } running && random.Next(3) == 0:
                    abandoned.Add(running);
                    world.Running = null;
                    break;
                case > 5:
                    removed += await RetainAsync(world, random);
                    break;
            }

            foreach (var running in worlds.Select(w => w.Running).OfType<string>())
            {
                // It has been writing for weeks: its token, all the time.
                File.SetLastWriteTimeUtc(Path.Combine(Store, running, "run.json.zst"), _time.GetUtcNow().UtcDateTime);
                Directory.EnumerateFiles(Path.Combine(Store, running), "*", SearchOption.AllDirectories).Count().ShouldBeGreaterThan(3, running);
            }

            await ShouldHoldAsync(worlds, VerificationLevel.Upload);
        }

        removed.ShouldBeGreaterThan(3);
        abandoned.ShouldNotBeEmpty();
        foreach (var world in worlds)
        {
            world.Running = null;
        }

        _time.Advance(TimeSpan.FromDays(8));
        await RetainAsync(worlds[0], random, prune: await BackUpAsync(worlds[0], random));
        await ShouldHoldAsync(worlds, VerificationLevel.ReadBack);
        Directory.EnumerateDirectories(Path.Combine(Store, Folder)).Select(Path.GetFileName).ShouldBe(
            worlds.SelectMany(w => w.Backups).Select(b => Path.GetFileName(b.Path)), ignoreOrder: true);
    }

    private string Store => Directory.CreateDirectory(Path.Combine(_root.FullName, "store")).FullName;

    private async Task ShouldHoldAsync(World[] worlds, VerificationLevel level)
    {
        var store = new VolumeObjectStore(Store);
        foreach (var backup in worlds.SelectMany(w => w.Backups))
        {
            await new ArchiveVerifier(await ArchiveReader.OpenAsync(store, backup.Path)).VerifyAsync(level, cancellationToken: TestContext.Current.CancellationToken);
        }
    }

    private async Task<Backup> BackUpAsync(World world, Random random)
    {
        // Full ones by the first three schedules, changes to the newest or another one by the others.
        var schedule = random.Next(5);
        var parent = schedule < 3 || world.Backups.Count == 0 ? null : world.Backups[^(1 + random.Next(Math.Min(3, world.Backups.Count)))];
        var path = $"{Folder}/{++_names:D3}-{world.Name}";
        var source = Directory.CreateDirectory(Path.Combine(_root.FullName, world.Name)).FullName;
        var content = new byte[200_000];
        random.NextBytes(content);
        await File.WriteAllBytesAsync(Path.Combine(source, "ibdata1"), content);
        await File.WriteAllBytesAsync(Path.Combine(source, $"t{random.Next(4)}.ibd"), content);
        await WriteAsync(world, path, parent?.Path, isWhole: true);
        var backup = new Backup(path, schedule, new StoredBackup(path, _time.GetUtcNow(), parent?.Path) { Bytes = 1 });
        world.Backups.Add(backup);
        return backup;
    }

    private async Task<string> BeginAsync(World world, string name)
    {
        var path = $"{Folder}/{++_names:D3}-{world.Name}-{name}";
        Directory.CreateDirectory(Path.Combine(_root.FullName, world.Name));
        await File.WriteAllTextAsync(Path.Combine(_root.FullName, world.Name, "ibdata1"), path);
        await WriteAsync(world, path, null, isWhole: false);
        return path;
    }

    private async Task WriteAsync(World world, string path, string? parent, bool isWhole)
    {
        var store = new VolumeObjectStore(Store);
        var options = new ArchiveWriterOptions
        {
            BackupId = path,
            SourceDirectory = Path.Combine(_root.FullName, world.Name),
            Parent = parent is null ? null : (await ArchiveParent.TryOpenAsync(store, parent, null, ManifestHeader.Incremental, null)).Parent,
        };
        await using (var writer = await ArchiveWriter.OpenAsync(store, path, options))
        {
            await writer.RunPassAsync(databaseStopped: true);
            await writer.FinishAsync(new ManifestFacts());
        }

        if (!isWhole)
        {
            await store.DeleteAsync(ArchiveFormat.ManifestKey(path));
            await store.PutAsync(ArchiveFormat.TokenKey(path), "token"u8.ToArray());
            await store.BeginUploadAsync($"{path}/packs/00007.pack");
        }

        foreach (var file in Directory.EnumerateFiles(Path.Combine(Store, path), "*", SearchOption.AllDirectories))
        {
            File.SetLastWriteTimeUtc(file, _time.GetUtcNow().UtcDateTime);
        }
    }

    private async Task<int> RetainAsync(World world, Random random, Backup? prune = null)
    {
        var schedule = random.Next(5);
        var own = world.Backups.Where(b => b.Schedule == schedule).ToList();
        var others = world.Backups.Except(own).Select(b => b.Stored).ToList();
        var policy = new RetentionPolicy { KeepLast = random.Next(1, 3), KeepWeekly = random.Next(2) == 0 ? null : 2, MaxAge = random.Next(2) == 0 ? null : TimeSpan.FromDays(20) };
        var gone = prune is null
            ? RetentionPlanner.Decide(policy, [.. own.Select(b => b.Stored)], others, TimeZoneInfo.Utc, _time.GetUtcNow()).Where(v => !v.Keep).Select(v => v.Backup.Id).ToHashSet()
            : [prune.Path];
        if (gone.Count == 0)
        {
            return 0;
        }

        var settings = new RunSettings { PodName = "p", Storage = Store, Copies = Path.Combine(_root.FullName, "copies"), TerminationLog = Path.Combine(_root.FullName, "log") };
        var run = Run(world, [.. gone.Order(StringComparer.Ordinal)]);
        var code = await new PruneRun(run, settings, new RunArchives(run, settings, _time), _time, NullLogger<PruneRun>.Instance).ExecuteAsync(TestContext.Current.CancellationToken);
        code.ShouldBe(ExitCode.Success, File.Exists(settings.TerminationLog) ? await File.ReadAllTextAsync(settings.TerminationLog) : "");
        gone.ShouldAllBe(path => !Directory.Exists(Path.Combine(Store, path)));
        return world.Backups.RemoveAll(b => gone.Contains(b.Path));
    }

    private static RunSpec Run(World world, IReadOnlyList<string> paths) => new()
    {
        Kind = RunKind.Prune,
        ResourceKind = "MySqlBackup",
        Namespace = "ns",
        Name = "n",
        Uid = "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed",
        Path = "",
        Storage = new RunStorage { Volume = new RunVolume { Claim = "shared" } },
        Target = SampleTarget.Database,
        Prune = new RunPrune
        {
            Backups = [.. paths.Select(path => new RunPruned(path, "uid", path, path, null))],

            // Each operator knows its own running backups only.
            Sweep = new RunSweep($"{Folder}/", world.Running is { } running ? [running] : []),
        },
    };

    private sealed class World(string name)
    {
        public string Name => name;

        public List<Backup> Backups { get; } = [];

        public string? Running { get; set; }
    }

    private sealed record Backup(string Path, int Schedule, StoredBackup Stored);
}
