using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;

namespace BackupOperator.Archive.Storage.S3;

/// <summary>Objects that are sent in parts.</summary>
internal sealed class S3Uploads(S3Requests requests, S3Objects objects, S3Tags tags)
{
    public async Task<string> BeginUploadAsync(string key, CancellationToken cancellationToken = default)
    {
        var request = new InitiateMultipartUploadRequest
        {
            BucketName = requests.Options.Bucket,
            Key = requests.FullKey(key),
            StorageClass = requests.Options.StorageClass is { } storageClass && S3Requests.IsPack(key) ? new S3StorageClass(storageClass) : null,
            TagSet = tags.Of(key),
        };
        if (requests.Options.ServerSideEncryption is { } encryption)
        {
            request.ServerSideEncryptionMethod = new ServerSideEncryptionMethod(encryption);
            request.ServerSideEncryptionKeyManagementServiceKeyId = requests.Options.KmsKeyId;
        }

        return (await requests.AskAsync($"Beginning the upload of {requests.Describe(key)}", token => requests.Client.InitiateMultipartUploadAsync(request, token), cancellationToken)).UploadId;
    }

    public async Task<StoredPart> UploadPartAsync(string key, string uploadId, int number, ReadOnlyMemory<byte> content, string sha256, CancellationToken cancellationToken = default)
    {
        try
        {
            var tag = await requests.RunAsync(
                $"Uploading part {number} of {requests.Describe(key)}",
                token => requests.Transfer.PutPartAsync(requests.FullKey(key), uploadId, number, content, sha256, token),
                cancellationToken);
            return new StoredPart(number, content.Length, tag);
        }
        catch (StorageException error) when (error.Failure is StorageFailure.Lost or StorageFailure.NotFound)
        {
            throw Forgotten(error);
        }
    }

    public async Task<IReadOnlyList<StoredPart>?> ListPartsAsync(string key, string uploadId, CancellationToken cancellationToken = default)
    {
        var parts = new List<StoredPart>();
        var request = new ListPartsRequest { BucketName = requests.Options.Bucket, Key = requests.FullKey(key), UploadId = uploadId };
        ListPartsResponse page;
        try
        {
            do
            {
                page = await requests.AskAsync($"Listing the parts of {requests.Describe(key)}", token => requests.Client.ListPartsAsync(request, token), cancellationToken);
                parts.AddRange((page.Parts ?? []).Select(part => new StoredPart(part.PartNumber ?? 0, part.Size ?? 0, S3Requests.Unquote(part.ETag) ?? "")));
                request.PartNumberMarker = page.NextPartNumberMarker?.ToString();
            }
            while (page.IsTruncated == true);
        }
        catch (StorageException error) when (error.Failure is StorageFailure.NotFound or StorageFailure.Lost)
        {
            return null;
        }

        return parts;
    }

    public async Task<ObjectInfo> CompleteUploadAsync(string key, string uploadId, IReadOnlyList<StoredPart> parts, bool createOnly = false, CancellationToken cancellationToken = default)
    {
        if (createOnly)
        {
            await objects.RefuseExistingAsync(key, cancellationToken);
        }

        var size = parts.Sum(part => part.Size);
        StorageException? failure = null;
        try
        {
            await requests.AskAsync(
                $"Completing {requests.Describe(key)}",
                token => requests.UnlessUnconditional(createOnly, isConditional =>
                {
                    var request = new CompleteMultipartUploadRequest { BucketName = requests.Options.Bucket, Key = requests.FullKey(key), UploadId = uploadId, IfNoneMatch = isConditional ? "*" : null };
                    request.AddPartETags(parts.OrderBy(part => part.Number).Select(part => new PartETag(part.Number, part.ETag)));
                    return requests.Client.CompleteMultipartUploadAsync(request, token);
                }),
                cancellationToken);
        }
        catch (StorageException error) when (error.Failure is StorageFailure.NotFound or StorageFailure.Lost or StorageFailure.Unavailable or StorageFailure.AlreadyExists)
        {
            // The answer of an attempt that did complete it may have been lost.
            failure = error;
        }

        if (await objects.FindAsync(key, cancellationToken) is { } found && found.Size == size && (failure?.Failure != StorageFailure.AlreadyExists || IsMadeOf(found, parts)))
        {
            await tags.EnsureAsync(key, cancellationToken);
            return found;
        }

        throw failure switch
        {
            null => new StorageException(StorageFailure.Unavailable, $"{requests.Describe(key)} was completed and is not there with its {size} bytes; the store cannot be relied on."),

            // Ceph calls it an internal error when the upload is gone.
            { Failure: StorageFailure.NotFound or StorageFailure.Lost or StorageFailure.Unavailable } => await ExplainAsync(key, uploadId, parts, failure, cancellationToken),
            _ => failure,
        };
    }

    public async Task AbortUploadAsync(string key, string uploadId, CancellationToken cancellationToken = default)
    {
        try
        {
            await requests.AskAsync($"Aborting the upload of {requests.Describe(key)}", token => requests.Client.AbortMultipartUploadAsync(requests.Options.Bucket, requests.FullKey(key), uploadId, token), cancellationToken);
        }
        catch (StorageException error) when (error.Failure is StorageFailure.NotFound or StorageFailure.Lost)
        {
            // Gone already.
        }
    }

    public async IAsyncEnumerable<UnfinishedUpload> ListUploadsAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var request = new ListMultipartUploadsRequest { BucketName = requests.Options.Bucket, Prefix = requests.FullKey(prefix) };
        ListMultipartUploadsResponse page;
        do
        {
            page = await requests.AskAsync($"Listing the unfinished uploads of {requests.Describe(prefix)}", token => requests.Client.ListMultipartUploadsAsync(request, token), cancellationToken);
            foreach (var upload in page.MultipartUploads ?? [])
            {
                yield return new UnfinishedUpload(requests.OwnKey(upload.Key), upload.UploadId, S3Requests.Utc(upload.Initiated));
            }

            request.KeyMarker = page.NextKeyMarker;
            request.UploadIdMarker = page.NextUploadIdMarker;
        }
        while (page.IsTruncated == true);
    }

    // Only the one who has the bytes can send them again: that is whoever resumes the backup.
    private async Task<StorageException> ExplainAsync(string key, string uploadId, IReadOnlyList<StoredPart> parts, StorageException failure, CancellationToken cancellationToken)
    {
        if (await ListPartsAsync(key, uploadId, cancellationToken) is not { } there)
        {
            return Forgotten(failure);
        }

        return parts.FirstOrDefault(part => !there.Any(stored => stored.Number == part.Number && stored.ETag == part.ETag)) is { } lost
            ? new StorageException(StorageFailure.Lost, $"{failure.Message} The store has lost part {lost.Number} of the upload, or has other bytes there. The next attempt sends it again.", failure)
            : failure;
    }

    private static StorageException Forgotten(StorageException failure) =>
        new(StorageFailure.Lost, $"{failure.Message} The store has forgotten it: the upload is gone, and its parts with it. The next attempt sends them again.", failure);

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
}
