using System.Collections.Concurrent;
using System.Security.Cryptography;
using BackupOperator.Archive.Encryption;
using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Packs;
using BackupOperator.Archive.Storage;
using BackupOperator.Archive.Tests.Support;
using BackupOperator.Archive.Writing;

namespace BackupOperator.Archive.Tests.Commits;

/// <summary>Two attempts at one path at the same time: the later one owns what lies there.</summary>
public sealed class TwoWritersTests : CommitTest
{
    private readonly WrappingKeys _keys;

    public TwoWritersTests()
    {
        var folder = Sub("keys");
        File.WriteAllBytes(Path.Combine(folder, "key"), RandomNumberGenerator.GetBytes(32));
        _keys = WrappingKeys.Load(folder, "key");
    }

    private protected override ArchiveWriterOptions Options => base.Options with { Keys = _keys };

    [Fact]
    public async Task Who_has_lost_its_upload_to_another_deletes_nothing_and_commits_nothing()
    {
        var watched = new WatchedStore(Store);
        await using var first = await OpenAsync(watched);
        await first.RunPassAsync(databaseStopped: true);
        await using var second = await OpenAsync();
        await second.RunPassAsync(databaseStopped: true);

        var error = await Should.ThrowAsync<StorageException>(() => first.FinishAsync(new ManifestFacts()));
        error.Failure.ShouldBeOneOf(StorageFailure.Lost, StorageFailure.TakenOver);
        await ShouldLeaveToAsync(watched, first, second);
    }

    [Fact]
    public async Task Who_has_stored_everything_looks_once_more_before_it_commits()
    {
        // Stands still where all packs are stored, and the manifest is not.
        var watched = new WatchedStore(Store) { IsHeld = true };
        await using var first = await OpenAsync(watched);
        await first.RunPassAsync(databaseStopped: true);
        var finishing = first.FinishAsync(new ManifestFacts());
        await watched.Reached.Task.WaitAsync(TimeSpan.FromMinutes(1));
        await using var second = await OpenAsync();
        watched.GoOn.SetResult();

        var error = await Should.ThrowAsync<StorageException>(() => finishing);
        error.Failure.ShouldBe(StorageFailure.TakenOver, error.Message);
        await second.RunPassAsync(databaseStopped: true);
        await ShouldLeaveToAsync(watched, first, second);
    }

    [Fact]
    public async Task Who_was_thought_dead_does_not_take_the_token_back()
    {
        var watched = new WatchedStore(Store);
        await using var first = await OpenAsync(watched);
        await using var second = await OpenAsync();
        var mine = (await ReadTokenAsync()).Attempts.ShouldNotBeNull();
        mine.Count.ShouldBe(2);

        var error = await Should.ThrowAsync<StorageException>(() => FinishAsync(first));
        error.Failure.ShouldBe(StorageFailure.TakenOver, error.Message);
        (await ReadTokenAsync()).Attempts.ShouldBe(mine);
        await second.RunPassAsync(databaseStopped: true);
        await ShouldLeaveToAsync(watched, first, second);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_comes_back_after_another_has_finished_touches_nothing_of_it(bool hasStored)
    {
        await using var first = await OpenAsync();
        if (hasStored)
        {
            await first.RunPassAsync(databaseStopped: true);
        }

        await using (var second = await OpenAsync())
        {
            await FinishAsync(second);
        }

        var error = await Should.ThrowAsync<StorageException>(() => hasStored ? first.FinishAsync(new ManifestFacts()) : FinishAsync(first));
        error.Failure.ShouldBeOneOf(StorageFailure.Lost, StorageFailure.TakenOver);
        (await first.AbortAsync()).ShouldBeFalse();
        (await Store.FindAsync(ArchiveFormat.TokenKey(Backups.Path))).ShouldBeNull();
        await ShouldRestoreAsync();
    }

    [Fact]
    public async Task A_token_without_attempts_is_one_of_an_older_version_and_is_taken_over()
    {
        await using (var old = await OpenAsync())
        {
            await old.RunPassAsync(databaseStopped: false);
        }

        await WriteTokenAsync((await ReadTokenAsync()) with { Attempts = null });
        await using var writer = await OpenAsync();
        writer.IsResumed.ShouldBeTrue();
        await FinishAsync(writer);
        await ShouldRestoreAsync();
    }

    [Fact]
    public async Task The_last_attempt_clears_everything_away()
    {
        await using (var first = await OpenAsync())
        {
            await first.RunPassAsync(databaseStopped: false);
        }

        await using var second = await OpenAsync();
        (await second.AbortAsync()).ShouldBeTrue();
        Files().ShouldBeEmpty();
    }

    private async Task ShouldLeaveToAsync(WatchedStore watched, ArchiveWriter loser, ArchiveWriter winner)
    {
        (await Store.FindAsync(Manifest)).ShouldBeNull();
        (await loser.AbortAsync()).ShouldBeFalse();
        watched.Removed.ShouldBeEmpty();
        await winner.FinishAsync(new ManifestFacts());
        await ShouldRestoreAsync();
    }

    private async Task<ResumeToken> ReadTokenAsync() => (await CompressedJson.ReadAsync<ResumeToken>(Store, ArchiveFormat.TokenKey(Backups.Path), await KeyAsync(), CancellationToken.None)).ShouldNotBeNull();

    private async Task WriteTokenAsync(ResumeToken token) => await Store.PutAsync(ArchiveFormat.TokenKey(Backups.Path), CompressedJson.Write(token, await KeyAsync()));

    private Task<DataKey?> KeyAsync() => WrappedKey.FindAsync(Store, Backups.Path, _keys, CancellationToken.None);

    /// <summary>Remembers what was removed; if it is held, it waits where the packs are looked at for the last time.</summary>
    private sealed class WatchedStore(IObjectStore inner) : StoreWrapper(inner)
    {
        public bool IsHeld { get; init; }

        public ConcurrentQueue<string> Removed { get; } = [];

        public TaskCompletionSource Reached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource GoOn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override async Task<ObjectInfo?> FindAsync(string key, CancellationToken cancellationToken = default)
        {
            if (IsHeld && key.EndsWith(".pack", StringComparison.Ordinal))
            {
                Reached.TrySetResult();
                await GoOn.Task;
            }

            return await base.FindAsync(key, cancellationToken);
        }

        public override Task AbortUploadAsync(string key, string uploadId, CancellationToken cancellationToken = default)
        {
            Removed.Enqueue(key);
            return base.AbortUploadAsync(key, uploadId, cancellationToken);
        }

        public override Task DeleteAsync(string key, CancellationToken cancellationToken = default)
        {
            Removed.Enqueue(key);
            return base.DeleteAsync(key, cancellationToken);
        }
    }
}
