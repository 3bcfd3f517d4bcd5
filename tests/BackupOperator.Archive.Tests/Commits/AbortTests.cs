using BackupOperator.Archive.Storage;
using BackupOperator.Archive.Tests.Support;

namespace BackupOperator.Archive.Tests.Commits;

/// <summary>What is or may be a backup is never cleared away, whatever the store says.</summary>
public sealed class AbortTests : CommitTest
{
    [Fact]
    public async Task After_its_commit_an_attempt_deletes_nothing()
    {
        await using var writer = await OpenAsync(new DenyingStore(Store));
        var summary = await FinishAsync(writer);
        writer.Committed.ShouldBe(summary);
        var before = Files();
        (await writer.AbortAsync()).ShouldBeFalse();
        Files().ShouldBe(before);
        await ShouldRestoreAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_manifest_without_an_answer_is_left_to_whoever_comes_later(bool isWritten)
    {
        var store = new DenyingStore(Store)
        {
            OnManifest = async write =>
            {
                if (isWritten)
                {
                    await write();
                }

                throw new OperationCanceledException("no answer");
            },
        };
        await using (var writer = await OpenAsync(store))
        {
            await Should.ThrowAsync<OperationCanceledException>(() => FinishAsync(writer));
            writer.Committed.ShouldBeNull();
            var before = Files();
            (await writer.AbortAsync()).ShouldBeFalse();
            Files().ShouldBe(before);
        }

        await using (var next = await OpenAsync())
        {
            (next.Committed is not null).ShouldBe(isWritten);
            if (!isWritten)
            {
                await FinishAsync(next);
                next.BytesUploaded.ShouldBeLessThan(6 << 20, "nothing is sent again");
            }
        }

        await ShouldRestoreAsync();
    }

    [Fact]
    public async Task A_manifest_that_is_refused_is_none_and_all_is_cleared_away()
    {
        await using var writer = await OpenAsync(new DenyingStore(Store) { OnManifest = _ => throw new StorageException(StorageFailure.Full, "full") });
        await Should.ThrowAsync<StorageException>(() => FinishAsync(writer));
        (await writer.AbortAsync()).ShouldBeTrue();
        Files().ShouldBeEmpty();
    }

    /// <summary>Says that there is no manifest.</summary>
    private sealed class DenyingStore(IObjectStore inner) : StoreWrapper(inner)
    {
        public Func<Func<Task>, Task> OnManifest { get; init; } = write => write();

        public override Task<ObjectInfo?> FindAsync(string key, CancellationToken cancellationToken = default) =>
            key == Manifest ? Task.FromResult<ObjectInfo?>(null) : base.FindAsync(key, cancellationToken);

        public override Task PutAsync(string key, ReadOnlyMemory<byte> content, PutMode mode = PutMode.Replace, CancellationToken cancellationToken = default) =>
            key == Manifest ? OnManifest(() => base.PutAsync(key, content, mode, cancellationToken)) : base.PutAsync(key, content, mode, cancellationToken);
    }
}
