namespace BackupOperator.Archive.Storage;

/// <summary>
/// Where archives lie: objects under keys of segments with slashes between. All errors are <see cref="StorageException"/>;
/// what is worth another attempt has been tried again before it is thrown.
/// </summary>
public interface IObjectStore : IAsyncDisposable
{
    /// <summary>Bytes of a part of an upload; all parts but the last have this size.</summary>
    int PartSize { get; }

    /// <summary>Parts in flight at once.</summary>
    int Concurrency { get; }

    /// <summary>How a person names the object, such as <c>s3://bucket/key</c>.</summary>
    string Describe(string key);

    /// <returns>Null where there is no such object.</returns>
    Task<ObjectInfo?> FindAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>The objects whose keys begin with <paramref name="prefix"/>, in the order of their keys.</summary>
    IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellationToken = default);

    /// <summary>Fills the buffer from <paramref name="offset"/> on; an object that ends before is <see cref="StorageFailure.NotFound"/>.</summary>
    Task ReadAsync(string key, long offset, Memory<byte> buffer, CancellationToken cancellationToken = default);

    /// <summary>Writes a small object: either all of it is there afterwards or what was there before.</summary>
    Task PutAsync(string key, ReadOnlyMemory<byte> content, PutMode mode = PutMode.Replace, CancellationToken cancellationToken = default);

    /// <summary>Begins an upload in parts; nothing is to be seen under the key until it is completed.</summary>
    /// <returns>The upload's id.</returns>
    Task<string> BeginUploadAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>Sends a part; a part sent before under the same number is replaced. Without its upload it is <see cref="StorageFailure.Lost"/>.</summary>
    /// <param name="number">From 1 to 10,000.</param>
    /// <param name="sha256">Of the content, in hex digits: the store refuses other bytes.</param>
    Task<StoredPart> UploadPartAsync(string key, string uploadId, int number, ReadOnlyMemory<byte> content, string sha256, CancellationToken cancellationToken = default);

    /// <returns>The parts that the store has, by number; null where it does not know the upload.</returns>
    Task<IReadOnlyList<StoredPart>?> ListPartsAsync(string key, string uploadId, CancellationToken cancellationToken = default);

    /// <summary>
    /// Joins parts, in the order of their numbers, to one object; nothing takes the place of numbers that were never
    /// uploaded. Some stores refuse (<see cref="StorageFailure.Lost"/>) when parts that they have are not named; alike when the
    /// upload or a part is gone. An answer that was lost is no error when the object is there.
    /// </summary>
    /// <param name="createOnly">An object that is there is <see cref="StorageFailure.AlreadyExists"/>.</param>
    /// <returns>The object, as the store has it now.</returns>
    Task<ObjectInfo> CompleteUploadAsync(string key, string uploadId, IReadOnlyList<StoredPart> parts, bool createOnly = false, CancellationToken cancellationToken = default);

    /// <summary>Forgets an upload and its parts; one that is unknown is no error.</summary>
    Task AbortUploadAsync(string key, string uploadId, CancellationToken cancellationToken = default);

    /// <summary>The uploads that were begun below a prefix and neither completed nor aborted.</summary>
    IAsyncEnumerable<UnfinishedUpload> ListUploadsAsync(string prefix, CancellationToken cancellationToken = default);

    /// <summary>Copies an object within the store, without its bytes passing through here; what is there is replaced.</summary>
    /// <returns>The copy, as the store has it now.</returns>
    Task<ObjectInfo> CopyAsync(string fromKey, string toKey, CancellationToken cancellationToken = default);

    /// <summary>Deletes an object; one that is not there is no error.</summary>
    Task DeleteAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>
    /// Deletes everything below a folder, unfinished uploads included; one that is not there is no error. What cannot be
    /// deleted is told when all the rest is gone.
    /// </summary>
    Task DeleteFolderAsync(string path, CancellationToken cancellationToken = default);

    /// <summary>What the store has left, in bytes; null where it does not tell.</summary>
    long? AvailableBytes { get; }

    /// <summary>What the store could hold altogether, in bytes; null where it does not tell.</summary>
    long? CapacityBytes => null;
}

/// <summary>What becomes of an object that is there already, and of the new one when the power fails.</summary>
public enum PutMode
{
    /// <summary>It is replaced.</summary>
    Replace,

    /// <summary>It stays, and the call fails with <see cref="StorageFailure.AlreadyExists"/>.</summary>
    CreateOnly,

    /// <summary>It is replaced, without waiting for the disk: for what a loss of power may take.</summary>
    ReplaceLazily,
}

/// <param name="ETag">The store's own checksum: for a plain object usually its MD5 in hex digits. Null where it has none that another copy would have too.</param>
public sealed record ObjectInfo(string Key, long Size, string? ETag, DateTimeOffset? ModifiedAt);

/// <param name="ETag">The store's own checksum: MD5 in hex digits, unless the store encrypts with keys of its own.</param>
public sealed record StoredPart(int Number, long Size, string ETag);

public sealed record UnfinishedUpload(string Key, string UploadId, DateTimeOffset? StartedAt);
