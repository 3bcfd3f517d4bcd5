using Amazon.S3.Model;

namespace BackupOperator.Archive.Storage.S3;

/// <summary>The tags of objects: those that were asked for, and the one that tells a lifecycle rule what a pack is.</summary>
internal sealed class S3Tags(S3Requests requests)
{
    private volatile StorageException? _problem;

    /// <summary>Why packs could not be tagged; null where nothing is known against it.</summary>
    public StorageException? Problem => _problem;

    // Only where a rule asks for it: setting tags needs a permission of its own.
    public List<Tag> Of(string key)
    {
        List<Tag> tags = [.. requests.Options.Tags.Select(tag => new Tag { Key = tag.Key, Value = tag.Value })];
        if (S3Requests.IsPack(key) && requests.Options.Tiers is { Count: > 0 })
        {
            tags.Add(new Tag { Key = LifecycleRules.TagKey, Value = LifecycleRules.TagValue });
        }

        return tags;
    }

    /// <summary>
    /// Ceph takes tags at the beginning of an upload in parts and forgets them, so they are looked at when it is complete. A
    /// backup does not fail for that: <see cref="Problem"/> tells whoever sets tiers.
    /// </summary>
    public async Task EnsureAsync(string key, CancellationToken cancellationToken)
    {
        var wanted = Of(key);
        if (requests.Options.Endpoint is null || wanted.Count == 0)
        {
            return;
        }

        try
        {
            var there = await requests.AskAsync(
                $"Reading the tags of {requests.Describe(key)}",
                token => requests.Client.GetObjectTaggingAsync(new GetObjectTaggingRequest { BucketName = requests.Options.Bucket, Key = requests.FullKey(key) }, token), cancellationToken);
            if (!wanted.All(tag => there.Tagging?.Exists(t => t.Key == tag.Key && t.Value == tag.Value) == true))
            {
                var request = new PutObjectTaggingRequest { BucketName = requests.Options.Bucket, Key = requests.FullKey(key), Tagging = new Tagging { TagSet = wanted } };
                await requests.AskAsync($"Tagging {requests.Describe(key)}", token => requests.Client.PutObjectTaggingAsync(request, token), cancellationToken);
            }
        }
        catch (StorageException problem)
        {
            _problem = problem;
        }
    }
}
