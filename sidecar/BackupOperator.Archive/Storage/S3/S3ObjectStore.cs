using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;
using BackupOperator.Archive.Blocks;

namespace BackupOperator.Archive.Storage.S3;

/// <summary>An S3 bucket, or the part of it below a prefix.</summary>
public sealed class S3ObjectStore : IObjectStore
{
    // Small enough for a store that copies byte by byte to answer in time.
    private const long CopyPartSize = 128 << 20;

    // As many as the API takes.
    private const int MostDeletedAtOnce = 1000;
    private static readonly TimeSpan AbortPatience = TimeSpan.FromSeconds(30);
    private readonly S3StoreOptions _options;
    private readonly S3Clock _clock;
    private readonly HttpClient _http;
    private readonly AmazonS3Client _client;
    private readonly Lazy<S3Transfer> _transfer;
    private volatile bool _ignoresConditions;
    private volatile bool _wasAccepted;

    /// <exception cref="StorageException">The settings cannot be right.</exception>
    public S3ObjectStore(S3StoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.PartSize, 5 << 20);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Concurrency, 1);
        _options = options;
        _clock = new S3Clock(options.Retry.Time);
        var config = S3Clients.Configure(options);
        var region = config.AuthenticationRegion ?? config.RegionEndpoint?.SystemName ?? "us-east-1";
        _http = new HttpClient(new SigningHandler(S3Credentials.Create(options, config), _clock, region, S3Clients.CreateHandler(options))) { Timeout = Timeout.InfiniteTimeSpan };
        _client = S3Clients.Create(config, _http);
        _transfer = new Lazy<S3Transfer>(() => new S3Transfer(_http, BucketUri(), options));
    }

    public int PartSize => Math.Min(_options.PartSize, ArchiveFormat.LargestChunk);

    public int Concurrency => _options.Concurrency;

    public long? AvailableBytes => null;

    public string Describe(string key) => $"s3://{_options.Bucket}/{FullKey(key)}";

    public async Task<ObjectInfo?> FindAsync(string key, CancellationToken cancellationToken = default)
    {
        try
        {
            var head = await AskAsync($"Looking for {Describe(key)}", token => HeadAsync(key, token), cancellationToken);

            // With keys of the store's own, the tag is no checksum and another one in each copy.
            var isChecksum = head.ServerSideEncryptionMethod?.Value is null or "" or "AES256";
            return new ObjectInfo(key, head.ContentLength, isChecksum ? Unquote(head.ETag) : null, Utc(head.LastModified));
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
            page = await AskAsync($"Listing {Describe(prefix)}", token => _client.ListObjectsV2Async(request, token), cancellationToken);
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
                await _transfer.Value.GetAsync(FullKey(key), offset + done, buffer[done..], count => done += count, token);
                return done == buffer.Length
                    ? true
                    : throw new StorageException(StorageFailure.NotFound, $"{Describe(key)} ends at {offset + done}, before {offset + buffer.Length}.");
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

        return (await AskAsync($"Beginning the upload of {Describe(key)}", token => _client.InitiateMultipartUploadAsync(request, token), cancellationToken)).UploadId;
    }

    public async Task<StoredPart> UploadPartAsync(string key, string uploadId, int number, ReadOnlyMemory<byte> content, string sha256, CancellationToken cancellationToken = default)
    {
        var tag = await RunAsync(
            $"Uploading part {number} of {Describe(key)}",
            token => _transfer.Value.PutPartAsync(FullKey(key), uploadId, number, content, sha256, token),
            cancellationToken);
        return new StoredPart(number, content.Length, tag);
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
                page = await AskAsync($"Listing the parts of {Describe(key)}", token => _client.ListPartsAsync(request, token), cancellationToken);
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
            await AskAsync(
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

        if (await FindAsync(key, cancellationToken) is { } found && found.Size == size && (failure?.Failure != StorageFailure.AlreadyExists || IsMadeOf(found, parts)))
        {
            return found;
        }

        throw failure switch
        {
            null => new StorageException(StorageFailure.Unavailable, $"{Describe(key)} was completed and is not there with its {size} bytes; the store cannot be relied on."),

            // Ceph calls it an internal error when the upload is gone.
            { Failure: StorageFailure.NotFound or StorageFailure.Unavailable } => await ExplainAsync(key, uploadId, parts, failure, cancellationToken),
            _ => failure,
        };
    }

    public async Task AbortUploadAsync(string key, string uploadId, CancellationToken cancellationToken = default)
    {
        try
        {
            await AskAsync($"Aborting the upload of {Describe(key)}", token => _client.AbortMultipartUploadAsync(_options.Bucket, FullKey(key), uploadId, token), cancellationToken);
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
            page = await AskAsync($"Listing the unfinished uploads of {Describe(prefix)}", token => _client.ListMultipartUploadsAsync(request, token), cancellationToken);
            foreach (var upload in page.MultipartUploads ?? [])
            {
                yield return new UnfinishedUpload(OwnKey(upload.Key), upload.UploadId, Utc(upload.Initiated));
            }

            request.KeyMarker = page.NextKeyMarker;
            request.UploadIdMarker = page.NextUploadIdMarker;
        }
        while (page.IsTruncated == true);
    }

    public async Task<ObjectInfo> CopyAsync(string fromKey, string toKey, CancellationToken cancellationToken = default)
    {
        var from = await FindAsync(fromKey, cancellationToken)
            ?? throw new StorageException(StorageFailure.NotFound, $"{Describe(fromKey)} is missing, so it cannot be copied.");
        var upload = await BeginUploadAsync(toKey, cancellationToken);
        try
        {
            var parts = new StoredPart[Math.Max(1, (from.Size + CopyPartSize - 1) / CopyPartSize)];
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = _options.Concurrency, CancellationToken = cancellationToken };
            await Parallel.ForAsync(0, parts.Length, parallel, async (index, token) => parts[index] = await CopyPartAsync(from, toKey, upload, index, isWhole: parts.Length == 1, token));
            return await CompleteUploadAsync(toKey, upload, parts, createOnly: false, cancellationToken);
        }
        catch
        {
            using var limit = new CancellationTokenSource(AbortPatience);
            try
            {
                await AbortUploadAsync(toKey, upload, limit.Token);
            }
            catch (Exception left) when (left is StorageException or OperationCanceledException)
            {
                // Whoever tidies up finds it.
            }

            throw;
        }
    }

    public Task DeleteAsync(string key, CancellationToken cancellationToken = default) =>
        AskAsync($"Deleting {Describe(key)}", token => _client.DeleteObjectAsync(_options.Bucket, FullKey(key), token), cancellationToken);

    public async Task DeleteFolderAsync(string path, CancellationToken cancellationToken = default)
    {
        await foreach (var upload in ListUploadsAsync($"{path}/", cancellationToken))
        {
            await AbortUploadAsync(upload.Key, upload.UploadId, cancellationToken);
        }

        var left = new List<DeleteError>();
        var keys = new List<string>();
        await foreach (var found in ListAsync($"{path}/", cancellationToken))
        {
            keys.Add(FullKey(found.Key));
        }

        foreach (var some in keys.Chunk(MostDeletedAtOnce))
        {
            left.AddRange(await DeleteManyAsync(path, some, cancellationToken));
        }

        if (left.Count > 0)
        {
            throw S3Errors.Kept(Describe(path), left);
        }
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<StoredPart> CopyPartAsync(ObjectInfo from, string toKey, string uploadId, int index, bool isWhole, CancellationToken cancellationToken)
    {
        var offset = index * CopyPartSize;
        var length = Math.Min(CopyPartSize, from.Size - offset);
        var request = new CopyPartRequest
        {
            SourceBucket = _options.Bucket,
            SourceKey = FullKey(from.Key),
            DestinationBucket = _options.Bucket,
            DestinationKey = FullKey(toKey),
            UploadId = uploadId,
            PartNumber = index + 1,
            ETagToMatch = from.ETag is { } tag ? [tag] : null,
        };
        if (!isWhole)
        {
            // AWS takes ranges only of objects that are larger than a part must be.
            request.FirstByte = offset;
            request.LastByte = offset + length - 1;
        }

        var answer = await AskAsync($"Copying {Describe(from.Key)} to {Describe(toKey)}", token => _client.CopyPartAsync(request, token), cancellationToken);
        return new StoredPart(index + 1, length, Unquote(answer.ETag) ?? "");
    }

    // The answer is 200 whatever became of the single objects: only those that were kept are in it.
    private Task<IReadOnlyList<DeleteError>> DeleteManyAsync(string path, string[] keys, CancellationToken cancellationToken) => AskAsync<IReadOnlyList<DeleteError>>(
        $"Deleting {Describe(path)}",
        async token =>
        {
            var request = new DeleteObjectsRequest { BucketName = _options.Bucket, Quiet = true, Objects = [.. keys.Select(key => new KeyVersion { Key = key })] };
            try
            {
                return (await _client.DeleteObjectsAsync(request, token)).DeleteErrors ?? [];
            }
            catch (DeleteObjectsException some)
            {
                return some.Response.DeleteErrors ?? [];
            }
        },
        cancellationToken);

    // A request of the SDK, which knows no time limit that could be relied on.
    private Task<T> AskAsync<T>(string what, Func<CancellationToken, Task<T>> request, CancellationToken cancellationToken) => RunAsync(
        what,
        async token =>
        {
            using var guard = new StallGuard(_options.RequestTimeout, _options.Retry.Time, token);
            try
            {
                return await request(guard.Token);
            }
            catch (Exception) when (guard.IsStalled)
            {
                throw guard.Explain();
            }
        },
        cancellationToken);

    private async Task<T> RunAsync<T>(string what, Func<CancellationToken, Task<T>> request, CancellationToken cancellationToken)
    {
        try
        {
            return await _options.Retry.RunAsync(
                async token =>
                {
                    var result = await request(token);
                    _wasAccepted = true;
                    return result;
                },
                error => S3Errors.ShouldRetry(S3Errors.Normalize(error), _wasAccepted),
                cancellationToken);
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            throw S3Errors.Translate(S3Errors.Normalize(error), what, _options, _clock);
        }
    }

    // The answer to HEAD has no body that could say why; the one to GET has.
    private async Task<GetObjectMetadataResponse> HeadAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            return await _client.GetObjectMetadataAsync(_options.Bucket, FullKey(key), cancellationToken);
        }
        catch (AmazonS3Exception error) when (error.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.BadRequest)
        {
            try
            {
                await _transfer.Value.GetAsync(FullKey(key), 0, new byte[1], static _ => { }, cancellationToken);
            }
            catch (S3RequestException empty) when (empty.Status == HttpStatusCode.RequestedRangeNotSatisfiable)
            {
            }

            // It was refused only then.
            return await _client.GetObjectMetadataAsync(_options.Bucket, FullKey(key), cancellationToken);
        }
    }

    private async Task SendAsync(string key, ReadOnlyMemory<byte> content, bool isConditional, CancellationToken cancellationToken)
    {
        var tags = string.Join('&', _options.Tags.Select(tag => $"{Uri.EscapeDataString(tag.Key)}={Uri.EscapeDataString(tag.Value)}"));
        await RunAsync(
            $"Writing {Describe(key)}",
            token => UnlessUnconditional(isConditional, withCondition => _transfer.Value.PutObjectAsync(
                FullKey(key),
                content,
                [
                    ("If-None-Match", withCondition ? "*" : null),
                    ("x-amz-tagging", tags.Length > 0 ? tags : null),
                    ("x-amz-server-side-encryption", _options.ServerSideEncryption),
                    ("x-amz-server-side-encryption-aws-kms-key-id", _options.ServerSideEncryption is null ? null : _options.KmsKeyId),
                ],
                token)),
            cancellationToken);
    }

    private async Task<T> UnlessUnconditional<T>(bool isConditional, Func<bool, Task<T>> request)
    {
        try
        {
            return await request(isConditional && !_ignoresConditions);
        }
        catch (Exception error) when (isConditional && S3Errors.IsNotImplemented(error))
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

    // Only the one who has the bytes can send them again: that is whoever resumes the backup.
    private async Task<StorageException> ExplainAsync(string key, string uploadId, IReadOnlyList<StoredPart> parts, StorageException failure, CancellationToken cancellationToken)
    {
        if (await ListPartsAsync(key, uploadId, cancellationToken) is not { } there)
        {
            return new StorageException(
                StorageFailure.NotFound, $"{failure.Message} The store has forgotten it: the upload is gone, and its parts with it. The next attempt sends them again.", failure);
        }

        return parts.FirstOrDefault(part => !there.Any(stored => stored.Number == part.Number && stored.ETag == part.ETag)) is { } lost
            ? new StorageException(StorageFailure.NotFound, $"{failure.Message} The store has lost part {lost.Number} of the upload, or has other bytes there. The next attempt sends it again.", failure)
            : failure;
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
        return found.ETag == $"{Convert.ToHexStringLower(MD5.HashData(digests))}-{parts.Count}";
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

    // Where the bucket's name goes is for the SDK to know.
    private Uri BucketUri() =>
        new(((IAmazonS3)_client).DetermineServiceOperationEndpoint(new GetObjectRequest { BucketName = _options.Bucket, Key = "any" }).URL);

    private string FullKey(string key) => _options.Prefix.Length == 0 ? key : $"{_options.Prefix}/{key}";

    private string OwnKey(string key) => _options.Prefix.Length == 0 ? key : key[(_options.Prefix.Length + 1)..];

    private List<Tag> Tags() => [.. _options.Tags.Select(tag => new Tag { Key = tag.Key, Value = tag.Value })];

    private static string? Unquote(string? etag) => etag?.Trim('"');

    private static DateTimeOffset? Utc(DateTime? time) =>
        time is { } value ? new DateTimeOffset(DateTime.SpecifyKind(value, DateTimeKind.Utc)) : null;
}
