using BackupOperator.Archive.Packs;
using BackupOperator.Archive.Storage;
using BackupOperator.Archive.Tests.Support;

namespace BackupOperator.Archive.Tests.Commits;

/// <summary>A store that forgets an upload takes one pack, and not the backup.</summary>
public sealed class LostUploadTests : CommitTest
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_upload_that_is_gone_costs_its_pack_and_nothing_else(bool whenCompleted)
    {
        await using (var writer = await OpenAsync(new ForgettingStore(Store, ArchiveFormat.PackKey(Backups.Path, 2), whenCompleted)))
        {
            var error = await Should.ThrowAsync<StorageException>(() => FinishAsync(writer));
            error.Failure.ShouldBe(StorageFailure.Lost, error.Message);
        }

        var keys = await Backups.KeysAsync(Store);
        keys.ShouldContain(ArchiveFormat.PackKey(Backups.Path, 0));
        keys.ShouldContain(ArchiveFormat.PackKey(Backups.Path, 1));
        (await CompleteAsync()).ShouldBe(PartSize);
    }

    [Fact]
    public async Task An_upload_that_goes_while_it_is_recovered_is_given_up()
    {
        await LeaveOpenAsync();
        await using var writer = await OpenAsync(new ForgettingStore(Store, ArchiveFormat.PackKey(Backups.Path, 2), whenCompleted: true));
        writer.IsResumed.ShouldBeTrue();
        await FinishAsync(writer);
        await ShouldRestoreAsync();
    }

    [Fact]
    public async Task A_pack_that_is_given_up_is_aborted_by_its_id_and_its_number_not_used_again()
    {
        await LeaveOpenAsync();
        var unlisted = new UnlistedStore(Store);
        await using (var writer = await OpenAsync(unlisted))
        {
            unlisted.Aborted.ShouldHaveSingleItem();
            await FinishAsync(writer);
        }

        await ShouldRestoreAsync();
        Files().ShouldNotContain(file => file.Contains(".uploads", StringComparison.Ordinal));
        (await Backups.KeysAsync(Store)).ShouldNotContain(ArchiveFormat.PackKey(Backups.Path, 2));
        (await Backups.KeysAsync(Store)).ShouldContain(ArchiveFormat.PackKey(Backups.Path, 3));
    }

    // The last pack is an upload of which some parts are there.
    private async Task LeaveOpenAsync()
    {
        await using var writer = await OpenAsync(new IncompleteStore(Store, ArchiveFormat.PackKey(Backups.Path, 2)));
        (await Should.ThrowAsync<StorageException>(() => FinishAsync(writer))).Failure.ShouldBe(StorageFailure.Unavailable);
    }

    /// <summary>Forgets the upload of one object before a part of it, or before it is completed.</summary>
    private sealed class ForgettingStore(IObjectStore inner, string forgets, bool whenCompleted) : StoreWrapper(inner)
    {
        public override async Task<StoredPart> UploadPartAsync(string key, string uploadId, int number, ReadOnlyMemory<byte> content, string checksum, CancellationToken cancellationToken = default)
        {
            await ForgetAsync(key, uploadId, !whenCompleted);
            return await base.UploadPartAsync(key, uploadId, number, content, checksum, cancellationToken);
        }

        public override async Task<ObjectInfo> CompleteUploadAsync(string key, string uploadId, IReadOnlyList<StoredPart> parts, bool createOnly = false, CancellationToken cancellationToken = default)
        {
            await ForgetAsync(key, uploadId, whenCompleted);
            return await base.CompleteUploadAsync(key, uploadId, parts, createOnly, cancellationToken);
        }

        private async Task ForgetAsync(string key, string uploadId, bool isTime)
        {
            if (key == forgets && isTime)
            {
                // The other packs are safe by then.
                while ((await CompressedJson.ReadAsync<ResumeToken>(this, ArchiveFormat.TokenKey(Backups.Path), null, CancellationToken.None))?.Finished.Count != 2)
                {
                    await Task.Delay(10);
                }

                await base.AbortUploadAsync(key, uploadId, CancellationToken.None);
            }
        }
    }

    private sealed class IncompleteStore(IObjectStore inner, string never) : StoreWrapper(inner)
    {
        public override Task<ObjectInfo> CompleteUploadAsync(string key, string uploadId, IReadOnlyList<StoredPart> parts, bool createOnly = false, CancellationToken cancellationToken = default) =>
            key == never
                ? throw new StorageException(StorageFailure.Unavailable, "not now")
                : base.CompleteUploadAsync(key, uploadId, parts, createOnly, cancellationToken);
    }

    /// <summary>Lists no uploads, and no parts.</summary>
    private sealed class UnlistedStore(IObjectStore inner) : StoreWrapper(inner)
    {
        public List<string> Aborted { get; } = [];

        public override async IAsyncEnumerable<UnfinishedUpload> ListUploadsAsync(string prefix, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await Task.CompletedTask;
            yield break;
        }

        public override Task<IReadOnlyList<StoredPart>?> ListPartsAsync(string key, string uploadId, CancellationToken cancellationToken = default) =>
            Task.FromResult<IReadOnlyList<StoredPart>?>([]);

        public override Task AbortUploadAsync(string key, string uploadId, CancellationToken cancellationToken = default)
        {
            Aborted.Add(uploadId);
            return base.AbortUploadAsync(key, uploadId, cancellationToken);
        }
    }
}
