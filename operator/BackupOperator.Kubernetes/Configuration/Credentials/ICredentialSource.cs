namespace BackupOperator.Kubernetes.Configuration.Credentials;

/// <summary>Says who we are, for each request anew.</summary>
public interface ICredentialSource
{
    /// <param name="refresh">True after a 401: do not answer from a cache.</param>
    /// <exception cref="KubernetesConfigurationException">The credentials cannot be had.</exception>
    ValueTask<Credential> GetAsync(bool refresh, CancellationToken cancellationToken);
}
