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

    /// <summary>Whether the store's checksums can be foretold; not where it encrypts with keys of its own.</summary>
    bool TellsPartChecksums { get; }

    /// <summary>The <see cref="StoredPart.ETag"/> of a part with this content, where the store does not encrypt with keys of its own.</summary>
    string PartChecksum(ReadOnlySpan<byte> content);

    /// <summary>How a person names the object, such as <c>s3://bucket/key</c>.</summary>
    string Describe(string key);

    /// <returns>Null where there is no such object.</returns>
    Task<ObjectInfo?> FindAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>The objects whose keys begin with <paramref name="prefix"/>, in the order of their keys.</summary>
    IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellationToken = default);

    /// <summary>Fills the buffer from <paramref name="offset"/> on; an object that ends before is <see cref="StorageFailure.NotFound"/>.</summary>
    Task ReadAsync(string key, long offset, Memory<byte> buffer, CancellationToken cancellationToken = default);

    /// <summary>Writes a small object; with <paramref name="createOnly"/> one that is there is <see cref="StorageFailure.AlreadyExists"/>.</summary>
    Task PutAsync(string key, ReadOnlyMemory<byte> content, bool createOnly = false, CancellationToken cancellationToken = default);

    /// <summary>Begins an upload in parts; nothing is to be seen under the key until it is completed.</summary>
    /// <returns>The upload's id.</returns>
    Task<string> BeginUploadAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>Sends a part; a part sent before under the same number is replaced.</summary>
    /// <param name="number">From 1 to 10,000.</param>
    Task<StoredPart> UploadPartAsync(string key, string uploadId, int number, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default);

    /// <returns>The parts that the store has, by number; null where it does not know the upload.</returns>
    Task<IReadOnlyList<StoredPart>?> ListPartsAsync(string key, string uploadId, CancellationToken cancellationToken = default);

    /// <summary>Makes the parts one object. An answer that was lost is no error when the object is there.</summary>
    Task CompleteUploadAsync(string key, string uploadId, IReadOnlyList<StoredPart> parts, CancellationToken cancellationToken = default);

    /// <summary>Forgets an upload and its parts; one that is unknown is no error.</summary>
    Task AbortUploadAsync(string key, string uploadId, CancellationToken cancellationToken = default);

    /// <summary>The uploads that were begun below a prefix and neither completed nor aborted.</summary>
    IAsyncEnumerable<UnfinishedUpload> ListUploadsAsync(string prefix, CancellationToken cancellationToken = default);

    /// <summary>Deletes an object; one that is not there is no error.</summary>
    Task DeleteAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>What the store has left, in bytes; null where it does not tell.</summary>
    long? AvailableBytes { get; }
}

/// <param name="ETag">The store's own checksum: for a plain object usually its MD5 in hex digits.</param>
public sealed record ObjectInfo(string Key, long Size, string? ETag, DateTimeOffset? ModifiedAt);

/// <param name="ETag">The store's own checksum: MD5 in hex digits, unless the store encrypts with keys of its own.</param>
public sealed record StoredPart(int Number, long Size, string ETag);

public sealed record UnfinishedUpload(string Key, string UploadId, DateTimeOffset? StartedAt);
