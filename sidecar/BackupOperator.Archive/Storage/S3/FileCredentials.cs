using Amazon.Runtime;

namespace BackupOperator.Archive.Storage.S3;

/// <summary>Credentials from mounted files; a rotated Secret shows up in them, so they are read for each request.</summary>
internal sealed class FileCredentials(string folder) : S3Credentials
{
    private const int MostTries = 3;

    public override async Task<ImmutableCredentials> GetAsync(CancellationToken cancellationToken)
    {
        // The kubelet replaces all files of a Secret at once, by one link: what is read must be of one Secret.
        for (var attempt = 1; ; attempt++)
        {
            var data = new DirectoryInfo(Path.Combine(folder, "..data")).LinkTarget is { } target ? Path.Combine(folder, target) : folder;
            try
            {
                return await ReadAllAsync(data, cancellationToken);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                if (attempt == MostTries || data == folder)
                {
                    throw new StorageException(
                        StorageFailure.Refused, $"The S3 credentials cannot be read: {error.Message} Correct the Secret that credentialsSecretRef names.", error);
                }
            }
        }
    }

    public override async Task<bool> RenewAsync(ImmutableCredentials refused, CancellationToken cancellationToken) =>
        !(await GetAsync(cancellationToken)).Equals(refused);

    private static async Task<ImmutableCredentials> ReadAllAsync(string folder, CancellationToken cancellationToken)
    {
        var token = Path.Combine(folder, "sessionToken");
        return new ImmutableCredentials(
            await ReadAsync(Path.Combine(folder, "accessKeyId"), cancellationToken),
            await ReadAsync(Path.Combine(folder, "secretAccessKey"), cancellationToken),
            File.Exists(token) ? await ReadAsync(token, cancellationToken) : null);
    }

    private static async Task<string> ReadAsync(string path, CancellationToken cancellationToken) =>
        (await File.ReadAllTextAsync(path, cancellationToken)).Trim() is { Length: > 0 } value
            ? value
            : throw new StorageException(StorageFailure.Refused, $"The S3 credentials are not complete: {path} is empty. Correct the Secret that credentialsSecretRef names.");
}
