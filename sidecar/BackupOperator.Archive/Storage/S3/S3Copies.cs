using Amazon.S3.Model;

namespace BackupOperator.Archive.Storage.S3;

/// <summary>Copies within the bucket, which the store makes itself.</summary>
internal sealed class S3Copies(S3Requests requests, S3Objects objects, S3Uploads uploads)
{
    // Small enough for a store that copies byte by byte to answer in time.
    private const long CopyPartSize = 128 << 20;
    private static readonly TimeSpan AbortPatience = TimeSpan.FromSeconds(30);

    public async Task<ObjectInfo> CopyAsync(string fromKey, string toKey, CancellationToken cancellationToken = default)
    {
        var from = await objects.FindAsync(fromKey, cancellationToken)
            ?? throw new StorageException(StorageFailure.NotFound, $"{requests.Describe(fromKey)} is missing, so it cannot be copied.");
        var upload = await uploads.BeginUploadAsync(toKey, cancellationToken);
        try
        {
            var parts = new StoredPart[Math.Max(1, (from.Size + CopyPartSize - 1) / CopyPartSize)];
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = requests.Options.Concurrency, CancellationToken = cancellationToken };
            await Parallel.ForAsync(0, parts.Length, parallel, async (index, token) => parts[index] = await CopyPartAsync(from, toKey, upload, index, isWhole: parts.Length == 1, token));
            return await uploads.CompleteUploadAsync(toKey, upload, parts, createOnly: false, cancellationToken);
        }
        catch
        {
            using var limit = new CancellationTokenSource(AbortPatience);
            try
            {
                await uploads.AbortUploadAsync(toKey, upload, limit.Token);
            }
            catch (Exception left) when (left is StorageException or OperationCanceledException)
            {
                // Whoever tidies up finds it.
            }

            throw;
        }
    }

    private async Task<StoredPart> CopyPartAsync(ObjectInfo from, string toKey, string uploadId, int index, bool isWhole, CancellationToken cancellationToken)
    {
        var offset = index * CopyPartSize;
        var length = Math.Min(CopyPartSize, from.Size - offset);
        var request = new CopyPartRequest
        {
            SourceBucket = requests.Options.Bucket,
            SourceKey = requests.FullKey(from.Key),
            DestinationBucket = requests.Options.Bucket,
            DestinationKey = requests.FullKey(toKey),
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

        var answer = await requests.AskAsync($"Copying {requests.Describe(from.Key)} to {requests.Describe(toKey)}", token => requests.Client.CopyPartAsync(request, token), cancellationToken);
        return new StoredPart(index + 1, length, S3Requests.Unquote(answer.ETag) ?? "");
    }
}
