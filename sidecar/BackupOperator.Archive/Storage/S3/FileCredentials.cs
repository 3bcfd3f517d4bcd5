using Amazon.Runtime;

namespace BackupOperator.Archive.Storage.S3;

/// <summary>Credentials from mounted files; a rotated Secret shows up in them, so they are read for each request.</summary>
internal sealed class FileCredentials(string folder) : AWSCredentials
{
    public override ImmutableCredentials GetCredentials()
    {
        var token = Path.Combine(folder, "sessionToken");
        return new ImmutableCredentials(
            Read("accessKeyId"),
            Read("secretAccessKey"),
            File.Exists(token) ? Read("sessionToken") : null);
    }

    private string Read(string name)
    {
        var path = Path.Combine(folder, name);
        try
        {
            return File.ReadAllText(path).Trim() is { Length: > 0 } value
                ? value
                : throw new StorageException(StorageFailure.Refused, $"The S3 credentials are not complete: {path} is empty. Correct the Secret that credentialsSecretRef names.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(
                StorageFailure.Refused, $"The S3 credentials cannot be read: {error.Message} Correct the Secret that credentialsSecretRef names.", error);
        }
    }
}
