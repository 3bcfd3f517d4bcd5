using System.Net;
using System.Runtime.CompilerServices;
using Amazon.S3;
using Amazon.S3.Model;
using BackupOperator.Archive.Blocks;

namespace BackupOperator.Archive.Storage.S3;

/// <summary>An S3 bucket, or the part of it below a prefix.</summary>
public sealed class S3ObjectStore : IObjectStore
{
    private readonly S3StoreOptions _options;
    private readonly HttpClient _http;
    private readonly AmazonS3Client _client;
    private volatile bool _ignoresConditions;

    /// <exception cref="StorageException">The settings cannot be right.</exception>
    public S3ObjectStore(S3StoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.PartSize, 5 << 20);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Concurrency, 1);
        _options = options;
        _http = S3Clients.CreateHttp(options);
        _client = S3Clients.Create(options, _http);
    }

    public int PartSize => Math.Min(_options.PartSize, ArchiveFormat.LargestChunk);

    public int Concurrency => _options.Concurrency;

    public long? AvailableBytes => null;

    // Sent along as Content-MD5, so a store that gets other bytes refuses them.
    public string PartChecksum(ReadOnlySpan<byte> content, BlockDigest sha256) => Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData(content));

    public string Describe(string key) => $"s3://{_options.Bucket}/{FullKey(key)}";

    public async Task<ObjectInfo?> FindAsync(string key, CancellationToken cancellationToken = default)
    {
        try
        {
            var head = await RunAsync($"Looking for {Describe(key)}", token => _client.GetObjectMetadataAsync(_options.Bucket, FullKey(key), token), cancellationToken);
            return new ObjectInfo(key, head.ContentLength, Unquote(head.ETag), Utc(head.LastModified));
        }
        catch (StorageException error) when (error.Failure == StorageFailure.NotFound)
        {
            return null;
        }
    }

    public async IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var request = new ListObjectsV2Request { BucketName = _options.Bucket, Prefix = FullKey(prefix) };
        ListObjectsV2Response page;
        do
        {
            page = await RunAsync($"Listing {Describe(prefix)}", token => _client.ListObjectsV2Async(request, token), cancellationToken);
            foreach (var item in page.S3Objects ?? [])
            {
                yield return new ObjectInfo(OwnKey(item.Key), item.Size ?? 0, Unquote(item.ETag), Utc(item.LastModified));
            }

            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated == true);
    }

    public Task ReadAsync(string key, long offset, Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            return Task.CompletedTask;
        }

        // What a failed attempt has read stays; the next one asks for the rest.
        var done = 0;
        return RunAsync(
            $"Reading {Describe(key)}",
            async token =>
            {
                var request = new GetObjectRequest
                {
                    BucketName = _options.Bucket,
                    Key = FullKey(key),
                    ByteRange = new ByteRange(offset + done, offset + buffer.Length - 1),
                };
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
                limit.CancelAfter(_options.RequestTimeout);
                using var response = await _client.GetObjectAsync(request, limit.Token);
                if (response.HttpStatusCode != HttpStatusCode.PartialContent && (offset != 0 || done != 0))
                {
                    throw new StorageException(StorageFailure.Refused, $"{Describe(key)}: the store ignores ranges.");
                }

                while (done < buffer.Length)
                {
                    var read = await response.ResponseStream.ReadAsync(buffer[done..], limit.Token);
                    if (read == 0)
                    {
                        throw new StorageException(
                            StorageFailure.NotFound, $"{Describe(key)} ends at {offset + done}, before {offset + buffer.Length}.");
                    }

                    done += read;
                }

                return true;
            },
            cancellationToken);
    }

    public async Task PutAsync(string key, ReadOnlyMemory<byte> content, PutMode mode = PutMode.Replace, CancellationToken cancellationToken = default)
    {
        if (mode != PutMode.CreateOnly)
        {
            await SendAsync(key, content, isConditional: false, cancellationToken);
            return;
        }

        // Stores that do not know If-None-Match ignore it; the look before catches what it can there.
        await RefuseExistingAsync(key, cancellationToken);
        try
        {
            await SendAsync(key, content, isConditional: true, cancellationToken);
        }
        catch (StorageException error) when (error.Failure is StorageFailure.AlreadyExists or StorageFailure.Unavailable)
        {
            // It may be this very object, of which the answer was lost.
            if (await FindAsync(key, cancellationToken) is not { } found || !await EqualsAsync(key, found, content, cancellationToken))
            {
                throw;
            }
        }
    }

    public async Task<string> BeginUploadAsync(string key, CancellationToken cancellationToken = default)
    {
        var request = new InitiateMultipartUploadRequest
        {
            BucketName = _options.Bucket,
            Key = FullKey(key),
            StorageClass = _options.StorageClass is { } storageClass && key.EndsWith(".pack", StringComparison.Ordinal) ? new S3StorageClass(storageClass) : null,
            TagSet = Tags(),
        };
        if (_options.ServerSideEncryption is { } encryption)
        {
            request.ServerSideEncryptionMethod = new ServerSideEncryptionMethod(encryption);
            request.ServerSideEncryptionKeyManagementServiceKeyId = _options.KmsKeyId;
        }

        return (await RunAsync($"Beginning the upload of {Describe(key)}", token => _client.InitiateMultipartUploadAsync(request, token), cancellationToken)).UploadId;
    }

    public async Task<StoredPart> UploadPartAsync(string key, string uploadId, int number, ReadOnlyMemory<byte> content, string checksum, CancellationToken cancellationToken = default)
    {
        var digest = Convert.ToBase64String(Convert.FromHexString(checksum));
        var response = await RunAsync(
            $"Uploading part {number} of {Describe(key)}",
            async token =>
            {
                using var body = new ReadOnlyMemoryStream(content);
                return await _client.UploadPartAsync(
                    new UploadPartRequest
                    {
                        BucketName = _options.Bucket,
                        Key = FullKey(key),
                        UploadId = uploadId,
                        PartNumber = number,
                        PartSize = content.Length,
                        InputStream = body,
                        MD5Digest = digest,

                        // TLS keeps the bytes, and the digest proves them: hashing them once more would only take time.
                        DisablePayloadSigning = IsEncrypted ? true : null,
                        UseChunkEncoding = false,
                    },
                    token);
            },
            cancellationToken);
        return new StoredPart(number, content.Length, Unquote(response.ETag) ?? "");
    }

    public async Task<IReadOnlyList<StoredPart>?> ListPartsAsync(string key, string uploadId, CancellationToken cancellationToken = default)
    {
        var parts = new List<StoredPart>();
        var request = new ListPartsRequest { BucketName = _options.Bucket, Key = FullKey(key), UploadId = uploadId };
        ListPartsResponse page;
        try
        {
            do
            {
                page = await RunAsync($"Listing the parts of {Describe(key)}", token => _client.ListPartsAsync(request, token), cancellationToken);
                parts.AddRange((page.Parts ?? []).Select(part => new StoredPart(part.PartNumber ?? 0, part.Size ?? 0, Unquote(part.ETag) ?? "")));
                request.PartNumberMarker = page.NextPartNumberMarker?.ToString();
            }
            while (page.IsTruncated == true);
        }
        catch (StorageException error) when (error.Failure == StorageFailure.NotFound)
        {
            return null;
        }

        return parts;
    }

    public async Task<ObjectInfo> CompleteUploadAsync(string key, string uploadId, IReadOnlyList<StoredPart> parts, bool createOnly = false, CancellationToken cancellationToken = default)
    {
        if (createOnly)
        {
            await RefuseExistingAsync(key, cancellationToken);
        }

        var size = parts.Sum(part => part.Size);
        StorageException? failure = null;
        try
        {
            await RunAsync(
                $"Completing {Describe(key)}",
                token => UnlessUnconditional(createOnly, isConditional =>
                {
                    var request = new CompleteMultipartUploadRequest { BucketName = _options.Bucket, Key = FullKey(key), UploadId = uploadId, IfNoneMatch = isConditional ? "*" : null };
                    request.AddPartETags(parts.OrderBy(part => part.Number).Select(part => new PartETag(part.Number, part.ETag)));
                    return _client.CompleteMultipartUploadAsync(request, token);
                }),
                cancellationToken);
        }
        catch (StorageException error) when (error.Failure is StorageFailure.NotFound or StorageFailure.Unavailable or StorageFailure.AlreadyExists)
        {
            // The answer of an attempt that did complete it may have been lost.
            failure = error;
        }

        return await FindAsync(key, cancellationToken) is { } found && found.Size == size && (failure?.Failure != StorageFailure.AlreadyExists || IsMadeOf(found, parts))
            ? found
            : throw failure ?? new StorageException(StorageFailure.Unavailable, $"{Describe(key)} was completed and is not there with its {size} bytes; the store cannot be relied on.");
    }

    public async Task AbortUploadAsync(string key, string uploadId, CancellationToken cancellationToken = default)
    {
        try
        {
            await RunAsync($"Aborting the upload of {Describe(key)}", token => _client.AbortMultipartUploadAsync(_options.Bucket, FullKey(key), uploadId, token), cancellationToken);
        }
        catch (StorageException error) when (error.Failure == StorageFailure.NotFound)
        {
            // Gone already.
        }
    }

    public async IAsyncEnumerable<UnfinishedUpload> ListUploadsAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var request = new ListMultipartUploadsRequest { BucketName = _options.Bucket, Prefix = FullKey(prefix) };
        ListMultipartUploadsResponse page;
        do
        {
            page = await RunAsync($"Listing the unfinished uploads of {Describe(prefix)}", token => _client.ListMultipartUploadsAsync(request, token), cancellationToken);
            foreach (var upload in page.MultipartUploads ?? [])
            {
                yield return new UnfinishedUpload(OwnKey(upload.Key), upload.UploadId, Utc(upload.Initiated));
            }

            request.KeyMarker = page.NextKeyMarker;
            request.UploadIdMarker = page.NextUploadIdMarker;
        }
        while (page.IsTruncated == true);
    }

    public Task DeleteAsync(string key, CancellationToken cancellationToken = default) =>
        RunAsync($"Deleting {Describe(key)}", token => _client.DeleteObjectAsync(_options.Bucket, FullKey(key), token), cancellationToken);

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<T> RunAsync<T>(string what, Func<CancellationToken, Task<T>> request, CancellationToken cancellationToken)
    {
        try
        {
            return await _options.Retry.RunAsync(request, S3Errors.ShouldRetry, cancellationToken);
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            throw S3Errors.Translate(error, what, _options);
        }
    }

    private async Task SendAsync(string key, ReadOnlyMemory<byte> content, bool isConditional, CancellationToken cancellationToken)
    {
        var digest = Convert.ToBase64String(System.Security.Cryptography.MD5.HashData(content.Span));
        await RunAsync(
            $"Writing {Describe(key)}",
            token => UnlessUnconditional(isConditional, async withCondition =>
            {
                using var body = new ReadOnlyMemoryStream(content);
                var request = new PutObjectRequest
                {
                    BucketName = _options.Bucket,
                    Key = FullKey(key),
                    InputStream = body,
                    MD5Digest = digest,
                    UseChunkEncoding = false,
                    IfNoneMatch = withCondition ? "*" : null,
                    TagSet = Tags(),
                };
                if (_options.ServerSideEncryption is { } encryption)
                {
                    request.ServerSideEncryptionMethod = new ServerSideEncryptionMethod(encryption);
                    request.ServerSideEncryptionKeyManagementServiceKeyId = _options.KmsKeyId;
                }

                return await _client.PutObjectAsync(request, token);
            }),
            cancellationToken);
    }

    private async Task<T> UnlessUnconditional<T>(bool isConditional, Func<bool, Task<T>> request)
    {
        try
        {
            return await request(isConditional && !_ignoresConditions);
        }
        catch (AmazonS3Exception error) when (isConditional && S3Errors.IsNotImplemented(error))
        {
            _ignoresConditions = true;
            return await request(false);
        }
    }

    private async Task RefuseExistingAsync(string key, CancellationToken cancellationToken)
    {
        if (await FindAsync(key, cancellationToken) is not null)
        {
            throw new StorageException(StorageFailure.AlreadyExists, $"{Describe(key)} exists already.");
        }
    }

    // The tag of an object of parts is the MD5 of their MD5s, a dash and how many there are; where the store encrypts with
    // keys of its own it is something else, and then this says no.
    private static bool IsMadeOf(ObjectInfo found, IReadOnlyList<StoredPart> parts)
    {
        if (parts.Any(part => part.ETag.Length != 32 || !part.ETag.All(char.IsAsciiHexDigit)))
        {
            return false;
        }

        var digests = Convert.FromHexString(string.Concat(parts.OrderBy(part => part.Number).Select(part => part.ETag)));
        return found.ETag == $"{Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData(digests))}-{parts.Count}";
    }

    private bool IsEncrypted => _options.Endpoint?.StartsWith("https:", StringComparison.OrdinalIgnoreCase) ?? true;

    private async Task<bool> EqualsAsync(string key, ObjectInfo found, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (found.Size != content.Length)
        {
            return false;
        }

        var stored = new byte[found.Size];
        await ReadAsync(key, 0, stored, cancellationToken);
        return content.Span.SequenceEqual(stored);
    }

    private string FullKey(string key) => _options.Prefix.Length == 0 ? key : $"{_options.Prefix}/{key}";

    private string OwnKey(string key) => _options.Prefix.Length == 0 ? key : key[(_options.Prefix.Length + 1)..];

    private List<Tag> Tags() => [.. _options.Tags.Select(tag => new Tag { Key = tag.Key, Value = tag.Value })];

    private static string? Unquote(string? etag) => etag?.Trim('"');

    private static DateTimeOffset? Utc(DateTime? time) =>
        time is { } value ? new DateTimeOffset(DateTime.SpecifyKind(value, DateTimeKind.Utc)) : null;
}
