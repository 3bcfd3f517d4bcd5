using Amazon.S3;
using Amazon.S3.Model;

namespace BackupOperator.Archive.Storage.S3;

/// <summary>Whole folders that are to go.</summary>
internal sealed class S3Deletion(S3Requests requests, S3Objects objects, S3Uploads uploads)
{
    // As many as the API takes.
    private const int MostDeletedAtOnce = 1000;

    public async Task DeleteFolderAsync(string path, CancellationToken cancellationToken = default)
    {
        await foreach (var upload in uploads.ListUploadsAsync($"{path}/", cancellationToken))
        {
            await uploads.AbortUploadAsync(upload.Key, upload.UploadId, cancellationToken);
        }

        var left = new List<DeleteError>();
        var keys = new List<string>();
        await foreach (var found in objects.ListAsync($"{path}/", cancellationToken))
        {
            keys.Add(requests.FullKey(found.Key));
        }

        foreach (var some in keys.Chunk(MostDeletedAtOnce))
        {
            left.AddRange(await DeleteManyAsync(path, some, cancellationToken));
        }

        if (left.Count > 0)
        {
            throw S3Errors.Kept(requests.Describe(path), left);
        }
    }

    // The answer is 200 whatever became of the single objects: only those that were kept are in it.
    private Task<IReadOnlyList<DeleteError>> DeleteManyAsync(string path, string[] keys, CancellationToken cancellationToken) => requests.AskAsync<IReadOnlyList<DeleteError>>(
        $"Deleting {requests.Describe(path)}",
        async token =>
        {
            var request = new DeleteObjectsRequest { BucketName = requests.Options.Bucket, Quiet = true, Objects = [.. keys.Select(key => new KeyVersion { Key = key })] };
            try
            {
                return (await requests.Client.DeleteObjectsAsync(request, token)).DeleteErrors ?? [];
            }
            catch (DeleteObjectsException some)
            {
                return some.Response.DeleteErrors ?? [];
            }
        },
        cancellationToken);
}
