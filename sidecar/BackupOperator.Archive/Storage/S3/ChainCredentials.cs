using Amazon.Runtime;
using Amazon.Runtime.Credentials;

namespace BackupOperator.Archive.Storage.S3;

/// <summary>What the SDK finds: environment, web identity, instance role. It renews them before they expire.</summary>
internal sealed class ChainCredentials(IClientConfig config) : S3Credentials
{
    private volatile AWSCredentials? _found;

    public override async Task<ImmutableCredentials> GetAsync(CancellationToken cancellationToken)
    {
        using var resolver = new DefaultAWSCredentialsIdentityResolver();
        var found = _found ??= await resolver.ResolveIdentityAsync(config, cancellationToken);
        return await found.GetCredentialsAsync();
    }

    public override async Task<bool> RenewAsync(ImmutableCredentials refused, CancellationToken cancellationToken)
    {
        // Revoked before their time.
        (_found as RefreshingAWSCredentials)?.ClearCredentials();
        return !(await GetAsync(cancellationToken)).Equals(refused);
    }
}
