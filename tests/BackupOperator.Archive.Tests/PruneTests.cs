using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Pruning;
using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Storage;
using BackupOperator.Archive.Storage.S3;
using BackupOperator.Archive.Storage.Volumes;
using BackupOperator.Archive.Tests.Support;
using BackupOperator.Archive.Writing;

namespace BackupOperator.Archive.Tests;

/// <summary>Backups are deleted, and those that stay bring everything back.</summary>
public sealed class PruneTests : IDisposable
{
    private static readonly HashSet<string> Nothing = [];
    private readonly RgwFixture _rgw;
    private readonly Chain _chain = new();
    private readonly Random _random = new(64);

    public PruneTests(RgwFixture rgw)
    {
        _rgw = rgw;
        DataDirectory.Write(Path.Combine(_chain.Source, "ibdata1"), DataDirectory.Compressible(_random, 3 << 20));
        DataDirectory.Write(Path.Combine(_chain.Source, "t.ibd"), DataDirectory.Noise(_random, 2 << 20));
    }

    public void Dispose() => _chain.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Of_random_chains_what_stays_holds_whenever_deleting_was_cut_off(int seed)
    {
        var random = new Random(seed);
        var states = new Dictionary<string, string>();
        var parents = new Dictionary<string, string?>();
        for (var i = 0; i < 7; i++)
        {
            _chain.ChangePages(random.Next(2) == 0 ? "ibdata1" : "t.ibd", random, 2);
            var parent = i == 0 || random.Next(3) == 0 ? null : $"b{random.Next(i)}";
            await _chain.WriteAsync($"b{i}", parent);
            (parents[$"b{i}"], states[$"b{i}"]) = (parent, DataDirectory.Describe(_chain.Source));
        }

        var requests = states.Keys.Where(_ => random.Next(3) > 0).OrderBy(_ => random.Next()).Select(name => new PruneRequest(name, name)).ToList();
        for (var calls = 1; calls <= 12; calls += 1 + random.Next(3))
        {
            await using var dying = new DyingStore(new VolumeObjectStore(_chain.StoreFolder), calls, afterwards: random.Next(2) == 0);
            await new ArchivePruner(dying).PruneAsync(requests);
            await ShouldHoldOrBeGoneAsync(states);
        }

        var results = await new ArchivePruner(_chain.Store).PruneAsync(requests);
        var staying = states.Keys.Where(name => requests.All(r => r.Path != name)).ToHashSet();
        var needed = staying.SelectMany(Ancestors).ToHashSet();
        foreach (var result in results)
        {
            result.IsGone.ShouldBe(!needed.Contains(result.Path), result.Problem);
            Directory.Exists(Path.Combine(_chain.StoreFolder, result.Path)).ShouldBe(!result.IsGone);
        }

        foreach (var name in staying.Concat(needed).Distinct())
        {
            await _chain.ShouldHoldAsync(name, states[name]);
        }

        IEnumerable<string> Ancestors(string name)
        {
            for (var parent = parents[name]; parent is not null; parent = parents[parent])
            {
                yield return parent;
            }
        }
    }

    [Fact]
    public async Task Killed_again_and_again_it_goes_on_and_nothing_is_half_there()
    {
        await _chain.WriteAsync("full");
        _chain.ChangePages("t.ibd", _random, 2);
        await _chain.WriteAsync("inc", "full");
        await _chain.WriteAsync("stays");
        var states = new Dictionary<string, string> { ["stays"] = DataDirectory.Describe(_chain.Source) };
        var job = new KeepingJob { Folder = _chain.StoreFolder, Path = "full,inc", Log = Path.Combine(_chain.Sub("log"), "log"), PauseMilliseconds = 40 };
        var killed = 0;
        for (var i = 0; i < 6; i++)
        {
            var before = Lines(job.Log);
            using var child = ChildWriter.Start(ChildKeeper.Prune, job);
            while (!child.HasExited && Lines(job.Log) == before)
            {
                await Task.Delay(5, TestContext.Current.CancellationToken);
            }

            await Task.Delay(_random.Next(0, 60), TestContext.Current.CancellationToken);
            if (child.HasExited)
            {
                break;
            }

            child.Kill();
            await child.WaitForExitAsync(TestContext.Current.CancellationToken);
            killed++;
            await ShouldHoldOrBeGoneAsync(states);
            if (await _chain.Store.FindAsync(ArchiveFormat.ManifestKey("inc")) is not null)
            {
                await new ArchiveVerifier(await _chain.OpenAsync("inc")).VerifyAsync(VerificationLevel.Upload);
            }
        }

        killed.ShouldBeGreaterThan(1);
        await ChildWriter.RunToEndAsync(ChildKeeper.Prune, job);
        (await Backups.KeysAsync(_chain.Store)).ShouldAllBe(key => key.StartsWith("stays/"));
        await _chain.ShouldHoldAsync("stays", states["stays"]);
    }

    [Fact]
    public async Task A_bucket_loses_what_was_asked_for_with_its_unfinished_uploads_and_nothing_else()
    {
        using var temp = new TempFolder();
        await using var store = new S3ObjectStore(await _rgw.NewBucketAsync(temp) with { Prefix = "some/prefix" });
        foreach (var (name, parent) in new[] { ("a/full", null), ("a/inc", "a/full"), ("ab/full", null) })
        {
            var options = _chain.Options(name) with { Parent = parent is null ? null : (await ArchiveParent.TryOpenAsync(store, parent, null, ManifestHeader.Incremental, null)).Parent };
            await using var writer = await ArchiveWriter.OpenAsync(store, name, options);
            await writer.RunPassAsync(databaseStopped: true);
            await writer.FinishAsync(new ManifestFacts());
            _chain.ChangePages("t.ibd", _random, 1);
        }

        await store.BeginUploadAsync("a/inc/packs/00007.pack");
        await store.BeginUploadAsync("ab/full/packs/00007.pack");
        var pruner = new ArchivePruner(store);
        var refused = (await pruner.PruneAsync([new PruneRequest("a/full", "a/full")])).Single();
        refused.Untouched.ShouldBeTrue();
        refused.Problem.ShouldNotBeNull().ShouldContain("/a/inc builds on it");

        var digest = (await ArchiveReader.SummarizeAsync(store, "a/inc")).ManifestDigest;
        (await pruner.PruneAsync([new PruneRequest("a/full", "a/full"), new PruneRequest("a/inc", "a/inc", digest)])).ShouldAllBe(result => result.IsGone);
        (await Backups.KeysAsync(store)).ShouldAllBe(key => key.StartsWith("ab/full/"));
        (await store.ListUploadsAsync("").ToListAsync()).ShouldHaveSingleItem().Key.ShouldBe("ab/full/packs/00007.pack");
        await new ArchiveVerifier(await ArchiveReader.OpenAsync(store, "ab/full")).VerifyAsync(VerificationLevel.ReadBack);
        (await pruner.PruneAsync([new PruneRequest("a/full", "a/full")])).ShouldAllBe(result => result.IsGone, "it can be repeated");
    }

    [Fact]
    public async Task Another_backup_than_the_expected_one_and_a_manifest_that_nobody_can_read_are_left_alone()
    {
        await _chain.WriteAsync("one");
        await _chain.WriteAsync("two");
        var pruner = new ArchivePruner(_chain.Store);
        (await pruner.PruneAsync([new PruneRequest("one", "another")])).Single().Problem.ShouldNotBeNull().ShouldContain("holds backup one and not another");
        (await pruner.PruneAsync([new PruneRequest("one", "one", "sha256:00")])).Single().Untouched.ShouldBeTrue();
        await File.WriteAllTextAsync(Path.Combine(_chain.StoreFolder, "two", "manifest.json.zst"), "of a later version", TestContext.Current.CancellationToken);
        (await pruner.PruneAsync([new PruneRequest("one", "one")])).Single().ShouldSatisfyAllConditions(
            r => r.Untouched.ShouldBeTrue(), r => r.Problem.ShouldNotBeNull().ShouldContain("nobody knows what"));
        await _chain.ShouldHoldAsync("one", DataDirectory.Describe(_chain.Source));
    }

    [Fact]
    public async Task What_an_unfinished_run_has_left_goes_and_a_whole_backup_stays()
    {
        await _chain.WriteAsync("whole");
        await _chain.WriteAsync("cut-off");
        File.Delete(Path.Combine(_chain.StoreFolder, ArchiveFormat.ManifestKey("cut-off")));

        var results = await new ArchivePruner(_chain.Store).PruneAsync([new PruneRequest("whole", "whole", Unfinished: true), new PruneRequest("cut-off", "cut-off", Unfinished: true)]);

        results.ShouldAllBe(result => result.IsGone);
        Directory.Exists(Path.Combine(_chain.StoreFolder, "cut-off")).ShouldBeFalse();
        await new ArchiveVerifier(await ArchiveReader.OpenAsync(_chain.Store, "whole")).VerifyAsync(VerificationLevel.ReadBack);
    }

    [Fact]
    public async Task Leftovers_go_when_they_are_old_and_nobody_uses_them()
    {
        await _chain.WriteAsync("ns/db/full");
        await _chain.WriteAsync("ns/db/inc", "ns/db/full");
        foreach (var name in new[] { "ns/db/dead", "ns/db/used", "ns/other/dead" })
        {
            await _chain.WriteAsync(name);
            await _chain.Store.DeleteAsync(ArchiveFormat.ManifestKey(name));
        }

        // As in a copy: the packs of the full one are needed, and it is no backup of its own.
        await _chain.Store.DeleteAsync(ArchiveFormat.ManifestKey("ns/db/full"));
        await _chain.Store.BeginUploadAsync("ns/db/inc/packs/00009.pack");
        await File.WriteAllTextAsync(Path.Combine(_chain.StoreFolder, "ns/db/notes.txt"), "not ours", TestContext.Current.CancellationToken);
        var pruner = new ArchivePruner(_chain.Store);
        (await pruner.SweepAsync("ns/db/", DateTimeOffset.UtcNow.AddDays(-7), Nothing)).ShouldBeEmpty();

        (await pruner.SweepAsync("ns/db/", DateTimeOffset.UtcNow.AddDays(1), new HashSet<string> { "ns/db/used" })).ShouldBe(["ns/db/dead"]);
        (await _chain.Store.ListUploadsAsync("").ToListAsync()).ShouldBeEmpty();
        foreach (var there in new[] { "ns/db/full", "ns/db/used", "ns/other/dead", "ns/db/notes.txt" })
        {
            Path.Exists(Path.Combine(_chain.StoreFolder, there)).ShouldBeTrue(there);
        }

        await _chain.ShouldHoldAsync("ns/db/inc", DataDirectory.Describe(_chain.Source));
    }

    [Fact]
    public async Task What_lies_in_a_folder_that_is_a_storage_of_its_own_is_known_to_need_what_lies_beside_it()
    {
        // The manifests name ns/db/full; seen from here that is prod/ns/db/full.
        await _chain.WriteAsync("ns/db/full");
        await _chain.WriteAsync("ns/db/inc", "ns/db/full");
        var outer = Path.Combine(_chain.StoreFolder, "..", "outer");
        Directory.CreateDirectory(Path.Combine(outer, "prod"));
        Directory.Move(Path.Combine(_chain.StoreFolder, "ns"), Path.Combine(outer, "prod", "ns"));
        var pruner = new ArchivePruner(new VolumeObjectStore(outer));
        (await pruner.PruneAsync([new PruneRequest("prod/ns/db/full", "ns/db/full")])).Single().ShouldSatisfyAllConditions(
            r => r.Untouched.ShouldBeTrue(), r => r.Problem.ShouldNotBeNull().ShouldContain("prod/ns/db/inc builds on it"));

        // As in a copy.
        File.Delete(Path.Combine(outer, "prod/ns/db/full/manifest.json.zst"));
        (await pruner.SweepAsync("prod/ns/", DateTimeOffset.UtcNow.AddDays(1), Nothing)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("shop", "mariadb/")]
    [InlineData("shop/mariadb", "")]
    public async Task What_lies_in_a_storage_is_known_to_need_what_lies_beside_it_when_looked_at_from_within(string folder, string seenAs)
    {
        // The manifests name shop/mariadb/full.
        await _chain.WriteAsync("shop/mariadb/full");
        await _chain.WriteAsync("shop/mariadb/inc", "shop/mariadb/full");
        var pruner = new ArchivePruner(new VolumeObjectStore(Path.Combine(_chain.StoreFolder, folder)));
        (await pruner.PruneAsync([new PruneRequest($"{seenAs}full", "shop/mariadb/full")])).Single().ShouldSatisfyAllConditions(
            r => r.Untouched.ShouldBeTrue(), r => r.Problem.ShouldNotBeNull().ShouldContain($"{seenAs}inc builds on it"));

        // As in a copy.
        File.Delete(Path.Combine(_chain.StoreFolder, "shop/mariadb/full/manifest.json.zst"));
        (await pruner.SweepAsync("", DateTimeOffset.UtcNow.AddDays(1), Nothing)).ShouldBeEmpty();
        await _chain.ShouldHoldAsync("shop/mariadb/inc", DataDirectory.Describe(_chain.Source));
    }

    [Fact]
    public async Task An_upload_that_has_lasted_for_more_than_a_week_goes_on_where_somebody_is_writing()
    {
        // Another cluster's: nobody here knows that it is in use.
        await _chain.WriteAsync("ns/db/slow");
        await _chain.Store.DeleteAsync(ArchiveFormat.ManifestKey("ns/db/slow"));
        await _chain.Store.BeginUploadAsync("ns/db/slow/packs/00009.pack");
        foreach (var begun in new DirectoryInfo(_chain.StoreFolder).EnumerateFileSystemInfos("*", SearchOption.AllDirectories).Where(f => f.FullName.Contains("00009.pack")))
        {
            begun.CreationTimeUtc = begun.LastWriteTimeUtc = DateTime.UtcNow.AddDays(-10);
        }

        var uploads = await _chain.Store.ListUploadsAsync("").ToListAsync();
        uploads.ShouldHaveSingleItem().StartedAt.ShouldNotBeNull().ShouldBeLessThan(DateTimeOffset.UtcNow.AddDays(-7));
        (await new ArchivePruner(_chain.Store).SweepAsync("ns/db/", DateTimeOffset.UtcNow.AddDays(-7), Nothing)).ShouldBeEmpty();
        (await _chain.Store.ListUploadsAsync("").ToListAsync()).Count.ShouldBe(1);
    }

    // A manifest that is there is the manifest of a whole backup.
    private async Task ShouldHoldOrBeGoneAsync(Dictionary<string, string> states)
    {
        foreach (var (name, _) in states)
        {
            if (await _chain.Store.FindAsync(ArchiveFormat.ManifestKey(name)) is not null)
            {
                await new ArchiveVerifier(await _chain.OpenAsync(name)).VerifyAsync(VerificationLevel.ReadBack);
            }
        }
    }

    private static int Lines(string file) => File.Exists(file) ? File.ReadLines(file).Count() : 0;
}
