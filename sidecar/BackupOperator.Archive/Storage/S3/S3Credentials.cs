using Amazon.Runtime;

namespace BackupOperator.Archive.Storage.S3;

/// <summary>Where the keys of requests come from. They may be replaced at any time while a backup runs.</summary>
internal abstract class S3Credentials
{
    public static S3Credentials Create(S3StoreOptions options, IClientConfig config) =>
        options.CredentialsFolder is { } folder ? new FileCredentials(folder) : new ChainCredentials(config);

    /// <exception cref="StorageException">There are none.</exception>
    public abstract Task<ImmutableCredentials> GetAsync(CancellationToken cancellationToken);

    /// <summary>Called when the store does not accept some.</summary>
    /// <returns>Whether there are others now.</returns>
    public abstract Task<bool> RenewAsync(ImmutableCredentials refused, CancellationToken cancellationToken);
}
