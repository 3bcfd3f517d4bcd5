namespace BackupOperator.Kubernetes.Configuration.Credentials;

/// <summary>A token, password or certificate that stays the same.</summary>
public sealed class StaticCredentials(Credential credential) : ICredentialSource
{
    public static StaticCredentials None { get; } = new(new Credential(null));

    public ValueTask<Credential> GetAsync(bool refresh, CancellationToken cancellationToken) => ValueTask.FromResult(credential);
}
