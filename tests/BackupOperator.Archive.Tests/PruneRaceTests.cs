using System.Runtime.CompilerServices;
using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Pruning;
using BackupOperator.Archive.Storage;
using BackupOperator.Archive.Tests.Support;
using BackupOperator.Archive.Writing;

namespace BackupOperator.Archive.Tests;

/// <summary>Backups come and go while others are deleted.</summary>
public sealed class PruneRaceTests : IDisposable
{
    private readonly Chain _chain = new();

    public PruneRaceTests() => DataDirectory.Write(Path.Combine(_chain.Source, "ibdata1"), DataDirectory.Noise(new Random(5), 2 << 20));

    public void Dispose() => _chain.Dispose();

    [Fact]
    public async Task What_a_backup_builds_on_that_was_finished_during_the_first_deletion_stays()
    {
        await _chain.WriteAsync("a");
        await _chain.WriteAsync("b");
        await using var store = new BusyStore(_chain.Store, async () => await _chain.WriteAsync("child", "b"));

        var results = await new ArchivePruner(store).PruneAsync([new PruneRequest("a", "a"), new PruneRequest("b", "b")]);

        results[0].IsGone.ShouldBeTrue();
        results[1].Untouched.ShouldBeTrue();
        results[1].Problem.ShouldNotBeNull().ShouldContain("child builds on it");
        await _chain.ShouldHoldAsync("child", DataDirectory.Describe(_chain.Source));
        await _chain.ShouldHoldAsync("b", DataDirectory.Describe(_chain.Source));
    }

    [Fact]
    public async Task A_backup_that_is_being_written_when_its_parent_goes_becomes_none_and_the_next_attempt_one()
    {
        await _chain.WriteAsync("full");
        await using (var writer = await ArchiveWriter.OpenAsync(_chain.Store, "inc", _chain.Options("inc") with { Parent = await _chain.OpenParentAsync("full") }))
        {
            await writer.RunPassAsync(databaseStopped: true);
            (await new ArchivePruner(_chain.Store).PruneAsync([new PruneRequest("full", "full")])).Single().IsGone.ShouldBeTrue("nobody can know that it is needed");
            (await Should.ThrowAsync<StorageException>(() => writer.FinishAsync(new ManifestFacts()))).Failure.ShouldBe(StorageFailure.Lost);
        }

        (await _chain.Store.FindAsync(ArchiveFormat.ManifestKey("inc"))).ShouldBeNull();
        await _chain.WriteAsync("inc");
        await _chain.ShouldHoldAsync("inc", DataDirectory.Describe(_chain.Source));
    }

    [Fact]
    public async Task A_manifest_that_nobody_can_read_and_that_came_during_the_first_deletion_holds_the_others()
    {
        await _chain.WriteAsync("a");
        await _chain.WriteAsync("b");
        await using var store = new BusyStore(_chain.Store, () => _chain.Store.PutAsync(ArchiveFormat.ManifestKey("newer"), "of a later version"u8.ToArray()));

        var results = await new ArchivePruner(store).PruneAsync([new PruneRequest("a", "a"), new PruneRequest("b", "b")]);

        results[0].IsGone.ShouldBeTrue();
        results[1].Problem.ShouldNotBeNull().ShouldContain("nobody knows what");
        await _chain.ShouldHoldAsync("b", DataDirectory.Describe(_chain.Source));
    }

    [Fact]
    public async Task A_manifest_that_is_listed_and_then_not_found_holds_everything()
    {
        await _chain.WriteAsync("full");
        await _chain.WriteAsync("inc", "full");
        await using var store = new BlindStore(_chain.Store, ArchiveFormat.ManifestKey("inc"));
        var pruner = new ArchivePruner(store);

        (await Should.ThrowAsync<StorageException>(() => pruner.PruneAsync([new PruneRequest("full", "full")]))).ShouldSatisfyAllConditions(
            e => e.Failure.ShouldBe(StorageFailure.Unavailable, "it is tried again"), e => e.Message.ShouldContain("inc/manifest.json.zst is listed and not found"));
        await Should.ThrowAsync<StorageException>(() => pruner.SweepAsync("", DateTimeOffset.UtcNow.AddDays(1), new HashSet<string>()));
        await _chain.ShouldHoldAsync("inc", DataDirectory.Describe(_chain.Source));
    }

    [Fact]
    public async Task A_manifest_that_comes_and_is_not_found_holds_what_is_not_deleted_yet()
    {
        await _chain.WriteAsync("a");
        await _chain.WriteAsync("b");
        await using var blind = new BlindStore(_chain.Store, ArchiveFormat.ManifestKey("child"));
        await using var store = new BusyStore(blind, async () => await _chain.WriteAsync("child", "b"));

        var results = await new ArchivePruner(store).PruneAsync([new PruneRequest("a", "a"), new PruneRequest("b", "b")]);

        results[0].IsGone.ShouldBeTrue();
        results[1].ShouldSatisfyAllConditions(r => r.Untouched.ShouldBeFalse("it is tried again"), r => r.Problem.ShouldNotBeNull().ShouldContain("is listed and not found"));
        await _chain.ShouldHoldAsync("child", DataDirectory.Describe(_chain.Source));
    }

    [Fact]
    public async Task What_is_deleted_and_listed_for_a_while_longer_holds_nothing()
    {
        foreach (var name in new[] { "a", "b", "c" })
        {
            await _chain.WriteAsync(name);
        }

        await using var store = new LateStore(_chain.Store);
        (await new ArchivePruner(store).PruneAsync([new PruneRequest("a", "a"), new PruneRequest("b", "b"), new PruneRequest("c", "c")])).ShouldAllBe(r => r.IsGone);
    }

    [Fact]
    public async Task A_manifest_that_somebody_deletes_after_it_was_listed_holds_nothing()
    {
        await _chain.WriteAsync("full");
        await _chain.WriteAsync("inc", "full");
        await using var store = new BlindStore(_chain.Store, ArchiveFormat.ManifestKey("inc")) { Deletes = true };

        (await new ArchivePruner(store).PruneAsync([new PruneRequest("full", "full")])).Single().IsGone.ShouldBeTrue();
    }

    [Fact]
    public async Task A_manifest_that_is_there_and_not_listed_keeps_its_folder()
    {
        await _chain.WriteAsync("whole");
        await _chain.WriteAsync("dead");
        await _chain.Store.DeleteAsync(ArchiveFormat.ManifestKey("dead"));
        await using var store = new ForgetfulStore(_chain.Store, ArchiveFormat.ManifestKey("whole"));
        var pruner = new ArchivePruner(store);

        foreach (var unfinished in new[] { true, false })
        {
            (await pruner.PruneAsync([new PruneRequest("whole", "whole", Unfinished: unfinished)])).Single().ShouldSatisfyAllConditions(
                r => r.Untouched.ShouldBeFalse("it is tried again"), r => r.Problem.ShouldNotBeNull().ShouldContain("whole/manifest.json.zst is there and was not listed"));
        }

        (await pruner.SweepAsync("", DateTimeOffset.UtcNow.AddDays(1), new HashSet<string>())).ShouldBe(["dead"]);
        await _chain.ShouldHoldAsync("whole", DataDirectory.Describe(_chain.Source));
    }

    [Fact]
    public async Task A_manifest_that_is_found_for_a_while_after_its_deletion_holds_nothing()
    {
        await _chain.WriteAsync("old");
        await using var store = new HauntedStore(_chain.Store, ArchiveFormat.ManifestKey("old")) { Dies = true };
        var pruner = new ArchivePruner(store);
        (await pruner.PruneAsync([new PruneRequest("old", "old")])).Single().Problem.ShouldBe("dead");
        store.Dies = false;

        (await pruner.PruneAsync([new PruneRequest("old", "old")])).Single().IsGone.ShouldBeTrue();
        (await Backups.KeysAsync(_chain.Store)).ShouldBeEmpty();
    }

    /// <summary>Somebody else does something before the first folder is deleted.</summary>
    private sealed class BusyStore(IObjectStore inner, Func<Task> meanwhile) : StoreWrapper(inner)
    {
        private Func<Task>? _meanwhile = meanwhile;

        public override async Task DeleteFolderAsync(string path, CancellationToken cancellationToken = default)
        {
            if (Interlocked.Exchange(ref _meanwhile, null) is { } once)
            {
                await once();
            }

            await base.DeleteFolderAsync(path, cancellationToken);
        }
    }

    /// <summary>Lists an object and does not find it.</summary>
    private sealed class BlindStore(IObjectStore inner, string hidden) : StoreWrapper(inner)
    {
        /// <summary>Because it is deleted between the one and the other.</summary>
        public bool Deletes { get; init; }

        public override async Task<ObjectInfo?> FindAsync(string key, CancellationToken cancellationToken = default)
        {
            if (key == hidden && Deletes)
            {
                await DeleteAsync(key, cancellationToken);
            }

            return key == hidden ? null : await base.FindAsync(key, cancellationToken);
        }
    }

    /// <summary>Finds an object and does not list it.</summary>
    private sealed class ForgetfulStore(IObjectStore inner, string hidden) : StoreWrapper(inner)
    {
        public override IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellationToken = default) =>
            base.ListAsync(prefix, cancellationToken).Where(found => found.Key != hidden);
    }

    /// <summary>Finds an object that was deleted.</summary>
    private sealed class HauntedStore(IObjectStore inner, string key) : StoreWrapper(inner)
    {
        private ObjectInfo? _found;

        /// <summary>Before it deletes a folder.</summary>
        public bool Dies { get; set; }

        public override async Task<ObjectInfo?> FindAsync(string asked, CancellationToken cancellationToken = default) =>
            asked == key ? _found ??= await base.FindAsync(asked, cancellationToken) : await base.FindAsync(asked, cancellationToken);

        public override Task DeleteFolderAsync(string path, CancellationToken cancellationToken = default) =>
            Dies ? throw new StorageException(StorageFailure.Unavailable, "dead") : base.DeleteFolderAsync(path, cancellationToken);
    }

    /// <summary>Lists what was there when it was listed first.</summary>
    private sealed class LateStore(IObjectStore inner) : StoreWrapper(inner)
    {
        private List<ObjectInfo>? _listed;

        public override async IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            _listed ??= await base.ListAsync("", cancellationToken).ToListAsync(cancellationToken);
            foreach (var found in _listed.Where(found => found.Key.StartsWith(prefix, StringComparison.Ordinal)))
            {
                yield return found;
            }
        }
    }
}
