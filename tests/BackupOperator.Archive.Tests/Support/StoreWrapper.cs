using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Storage;

namespace BackupOperator.Archive.Tests.Support;

/// <summary>A store that passes everything on to another; tests override what they want to see or to spoil.</summary>
internal class StoreWrapper(IObjectStore inner) : IObjectStore
{
    public int PartSize => inner.PartSize;

    public int Concurrency => inner.Concurrency;

    public long? AvailableBytes => inner.AvailableBytes;

    public string Describe(string key) => inner.Describe(key);

    public virtual Task<ObjectInfo?> FindAsync(string key, CancellationToken cancellationToken = default) => inner.FindAsync(key, cancellationToken);

    public virtual IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellationToken = default) => inner.ListAsync(prefix, cancellationToken);

    public virtual Task ReadAsync(string key, long offset, Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        inner.ReadAsync(key, offset, buffer, cancellationToken);

    public virtual Task PutAsync(string key, ReadOnlyMemory<byte> content, PutMode mode = PutMode.Replace, CancellationToken cancellationToken = default) =>
        inner.PutAsync(key, content, mode, cancellationToken);

    public virtual Task<string> BeginUploadAsync(string key, CancellationToken cancellationToken = default) => inner.BeginUploadAsync(key, cancellationToken);

    public virtual Task<StoredPart> UploadPartAsync(string key, string uploadId, int number, ReadOnlyMemory<byte> content, string checksum, CancellationToken cancellationToken = default) =>
        inner.UploadPartAsync(key, uploadId, number, content, checksum, cancellationToken);

    public virtual Task<IReadOnlyList<StoredPart>?> ListPartsAsync(string key, string uploadId, CancellationToken cancellationToken = default) =>
        inner.ListPartsAsync(key, uploadId, cancellationToken);

    public virtual Task<ObjectInfo> CompleteUploadAsync(string key, string uploadId, IReadOnlyList<StoredPart> parts, bool createOnly = false, CancellationToken cancellationToken = default) =>
        inner.CompleteUploadAsync(key, uploadId, parts, createOnly, cancellationToken);

    public virtual Task<ObjectInfo> CopyAsync(string fromKey, string toKey, CancellationToken cancellationToken = default) => inner.CopyAsync(fromKey, toKey, cancellationToken);

    public virtual Task AbortUploadAsync(string key, string uploadId, CancellationToken cancellationToken = default) => inner.AbortUploadAsync(key, uploadId, cancellationToken);

    public virtual IAsyncEnumerable<UnfinishedUpload> ListUploadsAsync(string prefix, CancellationToken cancellationToken = default) => inner.ListUploadsAsync(prefix, cancellationToken);

    public virtual Task DeleteAsync(string key, CancellationToken cancellationToken = default) => inner.DeleteAsync(key, cancellationToken);

    public virtual Task DeleteFolderAsync(string path, CancellationToken cancellationToken = default) => inner.DeleteFolderAsync(path, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}

/// <summary>Writes down each part that the store has taken, at once, so that a kill does not take the line away.</summary>
internal sealed class LoggingStore(IObjectStore inner, string log, TimeSpan pause) : StoreWrapper(inner)
{
    private readonly Lock _gate = new();

    public override async Task<StoredPart> UploadPartAsync(string key, string uploadId, int number, ReadOnlyMemory<byte> content, string checksum, CancellationToken cancellationToken = default)
    {
        await Task.Delay(pause, cancellationToken);
        var part = await base.UploadPartAsync(key, uploadId, number, content, checksum, cancellationToken);
        lock (_gate)
        {
            File.AppendAllText(log, $"{part.Size}\n");
        }

        return part;
    }
}

/// <summary>Dies before or after a number of changing calls: from then on nothing reaches the store any more.</summary>
internal sealed class DyingStore(IObjectStore inner, int calls, bool afterwards) : StoreWrapper(inner)
{
    private int _left = calls;

    /// <summary>Whether it came to that.</summary>
    public bool IsDead => Volatile.Read(ref _left) <= 0;

    public override Task PutAsync(string key, ReadOnlyMemory<byte> content, PutMode mode = PutMode.Replace, CancellationToken cancellationToken = default) =>
        CountAsync(async () =>
        {
            await base.PutAsync(key, content, mode, cancellationToken);
            return true;
        });

    public override Task<string> BeginUploadAsync(string key, CancellationToken cancellationToken = default) => CountAsync(() => base.BeginUploadAsync(key, cancellationToken));

    public override Task<StoredPart> UploadPartAsync(string key, string uploadId, int number, ReadOnlyMemory<byte> content, string checksum, CancellationToken cancellationToken = default) =>
        CountAsync(() => base.UploadPartAsync(key, uploadId, number, content, checksum, cancellationToken));

    public override Task<ObjectInfo> CompleteUploadAsync(string key, string uploadId, IReadOnlyList<StoredPart> parts, bool createOnly = false, CancellationToken cancellationToken = default) =>
        CountAsync(() => base.CompleteUploadAsync(key, uploadId, parts, createOnly, cancellationToken));

    public override Task<ObjectInfo> CopyAsync(string fromKey, string toKey, CancellationToken cancellationToken = default) =>
        CountAsync(() => base.CopyAsync(fromKey, toKey, cancellationToken));

    public override Task AbortUploadAsync(string key, string uploadId, CancellationToken cancellationToken = default) =>
        CountAsync(async () =>
        {
            await base.AbortUploadAsync(key, uploadId, cancellationToken);
            return true;
        });

    public override Task DeleteAsync(string key, CancellationToken cancellationToken = default) =>
        CountAsync(async () =>
        {
            await base.DeleteAsync(key, cancellationToken);
            return true;
        });

    public override Task DeleteFolderAsync(string path, CancellationToken cancellationToken = default) =>
        CountAsync(async () =>
        {
            await base.DeleteFolderAsync(path, cancellationToken);
            return true;
        });

    private async Task<T> CountAsync<T>(Func<Task<T>> call)
    {
        var left = Interlocked.Decrement(ref _left);
        if (left < 0 || (left == 0 && !afterwards))
        {
            throw new StorageException(StorageFailure.Unavailable, "dead");
        }

        var result = await call();
        return left == 0 ? throw new StorageException(StorageFailure.Unavailable, "dead") : result;
    }
}
