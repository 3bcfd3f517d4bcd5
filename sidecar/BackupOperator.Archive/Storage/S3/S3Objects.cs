using System.Net;
using System.Runtime.CompilerServices;
using Amazon.S3;
using Amazon.S3.Model;

namespace BackupOperator.Archive.Storage.S3;

/// <summary>Whole objects of a bucket.</summary>
internal sealed class S3Objects(S3Requests requests)
{
    public async Task<ObjectInfo?> FindAsync(string key, CancellationToken cancellationToken = default)
    {
        try
        {
            var head = await requests.AskAsync($"Looking for {requests.Describe(key)}", token => HeadAsync(key, token), cancellationToken);

            // With keys of the store's own, the tag is no checksum and another one in each copy.
            var isChecksum = head.ServerSideEncryptionMethod?.Value is null or "" or "AES256";
            return new ObjectInfo(key, head.ContentLength, isChecksum ? S3Requests.Unquote(head.ETag) : null, S3Requests.Utc(head.LastModified));
        }
        catch (StorageException error) when (error.Failure == StorageFailure.NotFound)
        {
            return null;
        }
    }

    public async IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var request = new ListObjectsV2Request { BucketName = requests.Options.Bucket, Prefix = requests.FullKey(prefix) };
        ListObjectsV2Response page;
        do
        {
            page = await requests.AskAsync($"Listing {requests.Describe(prefix)}", token => requests.Client.ListObjectsV2Async(request, token), cancellationToken);
            foreach (var item in page.S3Objects ?? [])
            {
                yield return new ObjectInfo(requests.OwnKey(item.Key), item.Size ?? 0, S3Requests.Unquote(item.ETag), S3Requests.Utc(item.LastModified));
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
        return requests.RunAsync(
            $"Reading {requests.Describe(key)}",
            async token =>
            {
                await requests.Transfer.GetAsync(requests.FullKey(key), offset + done, buffer[done..], count => done += count, token);
                return done == buffer.Length
                    ? true
                    : throw new StorageException(StorageFailure.NotFound, $"{requests.Describe(key)} ends at {offset + done}, before {offset + buffer.Length}.");
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

    /// <exception cref="StorageException">It exists.</exception>
    public async Task RefuseExistingAsync(string key, CancellationToken cancellationToken)
    {
        if (await FindAsync(key, cancellationToken) is not null)
        {
            throw new StorageException(StorageFailure.AlreadyExists, $"{requests.Describe(key)} exists already.");
        }
    }

    public Task DeleteAsync(string key, CancellationToken cancellationToken = default) =>
        requests.AskAsync($"Deleting {requests.Describe(key)}", token => requests.Client.DeleteObjectAsync(requests.Options.Bucket, requests.FullKey(key), token), cancellationToken);

    // The answer to HEAD has no body that could say why; the one to GET has.
    public async Task<GetObjectMetadataResponse> HeadAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            return await requests.Client.GetObjectMetadataAsync(requests.Options.Bucket, requests.FullKey(key), cancellationToken);
        }
        catch (AmazonS3Exception error) when (error.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.BadRequest)
        {
            try
            {
                await requests.Transfer.GetAsync(requests.FullKey(key), 0, new byte[1], static _ => { }, cancellationToken);
            }
            catch (S3RequestException empty) when (empty.Status == HttpStatusCode.RequestedRangeNotSatisfiable)
            {
            }

            // It was refused only then.
            return await requests.Client.GetObjectMetadataAsync(requests.Options.Bucket, requests.FullKey(key), cancellationToken);
        }
    }

    private async Task SendAsync(string key, ReadOnlyMemory<byte> content, bool isConditional, CancellationToken cancellationToken)
    {
        var tags = string.Join('&', requests.Options.Tags.Select(tag => $"{Uri.EscapeDataString(tag.Key)}={Uri.EscapeDataString(tag.Value)}"));
        await requests.RunAsync(
            $"Writing {requests.Describe(key)}",
            token => requests.UnlessUnconditional(isConditional, withCondition => requests.Transfer.PutObjectAsync(
                requests.FullKey(key),
                content,
                [
                    ("If-None-Match", withCondition ? "*" : null),
                    ("x-amz-tagging", tags.Length > 0 ? tags : null),
                    ("x-amz-server-side-encryption", requests.Options.ServerSideEncryption),
                    ("x-amz-server-side-encryption-aws-kms-key-id", requests.Options.ServerSideEncryption is null ? null : requests.Options.KmsKeyId),
                ],
                token)),
            cancellationToken);
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
}
