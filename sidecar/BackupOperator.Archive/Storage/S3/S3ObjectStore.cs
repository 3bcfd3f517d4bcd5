using BackupOperator.Archive.Blocks;

namespace BackupOperator.Archive.Storage.S3;

/// <summary>An S3 bucket, or the part of it below a prefix.</summary>
public sealed class S3ObjectStore : IObjectStore, IColdStore
{
    private readonly S3StoreOptions _options;
    private readonly S3Requests _requests;
    private readonly S3Objects _objects;
    private readonly S3Uploads _uploads;
    private readonly S3Copies _copies;
    private readonly S3Deletion _deletion;
    private readonly S3Tiers _tiers;

    /// <exception cref="StorageException">The settings cannot be right.</exception>
    public S3ObjectStore(S3StoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.PartSize, 5 << 20);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Concurrency, 1);
        _options = options;
        _requests = new S3Requests(options);
        _objects = new S3Objects(_requests);
        var tags = new S3Tags(_requests);
        _uploads = new S3Uploads(_requests, _objects, tags);
        _copies = new S3Copies(_requests, _objects, _uploads);
        _deletion = new S3Deletion(_requests, _objects, _uploads);
        _tiers = new S3Tiers(_requests, _objects, tags);
    }

    public int PartSize => Math.Min(_options.PartSize, ArchiveFormat.LargestChunk);

    public int Concurrency => _options.Concurrency;

    /// <summary>Whether <see cref="ApplyTiersAsync"/> has something to do.</summary>
    public bool HasTiers => _options.Tiers is not null;

    public long? AvailableBytes => null;

    public string Describe(string key) => _requests.Describe(key);

    public Task<ObjectInfo?> FindAsync(string key, CancellationToken cancellationToken = default) =>
        _objects.FindAsync(key, cancellationToken);

    public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellationToken = default) =>
        _objects.ListAsync(prefix, cancellationToken);

    public Task ReadAsync(string key, long offset, Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _objects.ReadAsync(key, offset, buffer, cancellationToken);

    public Task PutAsync(string key, ReadOnlyMemory<byte> content, PutMode mode = PutMode.Replace, CancellationToken cancellationToken = default) =>
        _objects.PutAsync(key, content, mode, cancellationToken);

    public Task<string> BeginUploadAsync(string key, CancellationToken cancellationToken = default) =>
        _uploads.BeginUploadAsync(key, cancellationToken);

    public Task<StoredPart> UploadPartAsync(string key, string uploadId, int number, ReadOnlyMemory<byte> content, string sha256, CancellationToken cancellationToken = default) =>
        _uploads.UploadPartAsync(key, uploadId, number, content, sha256, cancellationToken);

    public Task<IReadOnlyList<StoredPart>?> ListPartsAsync(string key, string uploadId, CancellationToken cancellationToken = default) =>
        _uploads.ListPartsAsync(key, uploadId, cancellationToken);

    public Task<ObjectInfo> CompleteUploadAsync(string key, string uploadId, IReadOnlyList<StoredPart> parts, bool createOnly = false, CancellationToken cancellationToken = default) =>
        _uploads.CompleteUploadAsync(key, uploadId, parts, createOnly, cancellationToken);

    public Task AbortUploadAsync(string key, string uploadId, CancellationToken cancellationToken = default) =>
        _uploads.AbortUploadAsync(key, uploadId, cancellationToken);

    public IAsyncEnumerable<UnfinishedUpload> ListUploadsAsync(string prefix, CancellationToken cancellationToken = default) =>
        _uploads.ListUploadsAsync(prefix, cancellationToken);

    public Task<ObjectInfo> CopyAsync(string fromKey, string toKey, CancellationToken cancellationToken = default) =>
        _copies.CopyAsync(fromKey, toKey, cancellationToken);

    public Task DeleteAsync(string key, CancellationToken cancellationToken = default) =>
        _objects.DeleteAsync(key, cancellationToken);

    public Task DeleteFolderAsync(string path, CancellationToken cancellationToken = default) =>
        _deletion.DeleteFolderAsync(path, cancellationToken);

    /// <summary>Has the bucket move packs as the options' tiers say; the rules of others stay.</summary>
    /// <returns>Whether the bucket's rules had to be changed.</returns>
    /// <exception cref="StorageException">The store refuses rules, or the tags that they need.</exception>
    public Task<bool> ApplyTiersAsync(CancellationToken cancellationToken = default) => _tiers.ApplyAsync(cancellationToken);

    public Task<Readability> LookAsync(string key, CancellationToken cancellationToken = default) => _tiers.LookAsync(key, cancellationToken);

    public Task ThawAsync(string key, int days, CancellationToken cancellationToken = default) => _tiers.ThawAsync(key, days, cancellationToken);

    public ValueTask DisposeAsync()
    {
        _requests.Dispose();
        return ValueTask.CompletedTask;
    }
}
