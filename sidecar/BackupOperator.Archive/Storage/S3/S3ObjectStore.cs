using System.Net;
using System.Runtime.CompilerServices;
using Amazon.S3;
using Amazon.S3.Model;

namespace BackupOperator.Archive.Storage.S3;

/// <summary>An S3 bucket, or the part of it below a prefix.</summary>
public sealed class S3ObjectStore : IObjectStore
{
    private readonly S3StoreOptions _options;
    private readonly AmazonS3Client _client;

    public S3ObjectStore(S3StoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.PartSize, 5 << 20);
        _options = options;
        _client = S3Clients.Create(options);
    }

    public int PartSize => _options.PartSize;

    public int Concurrency => _options.Concurrency;

    public long? AvailableBytes => null;

    public bool TellsPartChecksums => _options.ServerSideEncryption != "aws:kms";

    public string PartChecksum(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData(content));

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

    public Task PutAsync(string key, ReadOnlyMemory<byte> content, bool createOnly = false, CancellationToken cancellationToken = default)
    {
        var attempts = 0;
        return RunAsync(
            $"Writing {Describe(key)}",
            async token =>
            {
                // Stores that do not know If-None-Match ignore it; the look before catches what it can there.
                if (createOnly && await FindAsync(key, token) is { } found)
                {
                    if (attempts > 0 && await EqualsAsync(key, found, content, token))
                    {
                        return true;
                    }

                    throw new StorageException(StorageFailure.AlreadyExists, $"{Describe(key)} exists already.");
                }

                attempts++;
                using var body = new MemoryStream(content.ToArray(), writable: false);
                var request = new PutObjectRequest
                {
                    BucketName = _options.Bucket,
                    Key = FullKey(key),
                    InputStream = body,
                    IfNoneMatch = createOnly ? "*" : null,
                    StorageClass = _options.StorageClass is { } storageClass ? new S3StorageClass(storageClass) : null,
                    TagSet = Tags(),
                };
                if (_options.ServerSideEncryption is { } encryption)
                {
                    request.ServerSideEncryptionMethod = new ServerSideEncryptionMethod(encryption);
                    request.ServerSideEncryptionKeyManagementServiceKeyId = _options.KmsKeyId;
                }

                await _client.PutObjectAsync(request, token);
                return true;
            },
            cancellationToken);
    }

    public async Task<string> BeginUploadAsync(string key, CancellationToken cancellationToken = default)
    {
        var request = new InitiateMultipartUploadRequest
        {
            BucketName = _options.Bucket,
            Key = FullKey(key),
            StorageClass = _options.StorageClass is { } storageClass ? new S3StorageClass(storageClass) : null,
            TagSet = Tags(),
        };
        if (_options.ServerSideEncryption is { } encryption)
        {
            request.ServerSideEncryptionMethod = new ServerSideEncryptionMethod(encryption);
            request.ServerSideEncryptionKeyManagementServiceKeyId = _options.KmsKeyId;
        }

        return (await RunAsync($"Beginning the upload of {Describe(key)}", token => _client.InitiateMultipartUploadAsync(request, token), cancellationToken)).UploadId;
    }

    public async Task<StoredPart> UploadPartAsync(string key, string uploadId, int number, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
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

    public async Task CompleteUploadAsync(string key, string uploadId, IReadOnlyList<StoredPart> parts, CancellationToken cancellationToken = default)
    {
        var request = new CompleteMultipartUploadRequest { BucketName = _options.Bucket, Key = FullKey(key), UploadId = uploadId };
        request.AddPartETags(parts.OrderBy(part => part.Number).Select(part => new PartETag(part.Number, part.ETag)));
        try
        {
            await RunAsync($"Completing {Describe(key)}", token => _client.CompleteMultipartUploadAsync(request, token), cancellationToken);
        }
        catch (StorageException error) when (error.Failure is StorageFailure.NotFound or StorageFailure.Unavailable)
        {
            // The answer of an attempt that did complete it may have been lost.
            if (await FindAsync(key, cancellationToken) is not { } found || found.Size != parts.Sum(part => part.Size))
            {
                throw;
            }
        }
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
