using Amazon.S3;
using Amazon.S3.Model;

namespace BackupOperator.Archive.Storage.S3;

/// <summary>Objects that the bucket moves to other storage classes: the rules that do it, and the way back.</summary>
internal sealed class S3Tiers(S3Requests requests, S3Objects objects, S3Tags tags)
{
    private static readonly string[] AlwaysReadable = ["", "STANDARD", "STANDARD_IA", "ONEZONE_IA", "REDUCED_REDUNDANCY", "GLACIER_IR", "INTELLIGENT_TIERING", "EXPRESS_ONEZONE"];

    public async Task<bool> ApplyAsync(CancellationToken cancellationToken)
    {
        if (requests.Options.Tiers is not { } tiers)
        {
            return false;
        }

        if (tags.Problem is { } untagged)
        {
            throw untagged;
        }

        try
        {
            return await requests.RunAsync(
                $"Setting the lifecycle rules of {requests.Describe("").TrimEnd('/')}", token => requests.Lifecycle.ApplyAsync(tiers, token), cancellationToken);
        }
        catch (StorageException error) when (error.Failure == StorageFailure.Refused)
        {
            throw new StorageException(
                StorageFailure.Refused,
                $"{error.Message} Tiers need s3:GetLifecycleConfiguration and s3:PutLifecycleConfiguration, and storage classes and days that the store takes.", error);
        }
    }

    public async Task<Readability> LookAsync(string key, CancellationToken cancellationToken)
    {
        var head = await requests.AskAsync($"Looking for {requests.Describe(key)}", token => objects.HeadAsync(key, token), cancellationToken);
        if (head.RestoreInProgress == true)
        {
            return Readability.Thawing;
        }

        // Names other than AWS's may mean anything: a byte tells.
        if (head.RestoreExpiration is not null || (head.ArchiveStatus is null && AlwaysReadable.Contains(head.StorageClass?.Value ?? "")))
        {
            return Readability.Readable;
        }

        try
        {
            await objects.ReadAsync(key, 0, new byte[Math.Min(1, head.ContentLength)], cancellationToken);
            return Readability.Readable;
        }
        catch (StorageException error) when (error.Failure == StorageFailure.Archived)
        {
            return Readability.Archived;
        }
    }

    public async Task ThawAsync(string key, int days, CancellationToken cancellationToken)
    {
        var request = new RestoreObjectRequest { BucketName = requests.Options.Bucket, Key = requests.FullKey(key), Days = days, RetrievalTier = GlacierJobTier.Standard };
        await requests.AskAsync(
            $"Bringing back {requests.Describe(key)} from its archive class",
            async token =>
            {
                try
                {
                    await requests.Client.RestoreObjectAsync(request, token);
                }
                catch (AmazonS3Exception error) when (error.ErrorCode == "RestoreAlreadyInProgress")
                {
                    // Somebody has asked before.
                }

                return true;
            },
            cancellationToken);
    }
}
