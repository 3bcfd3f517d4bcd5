using System.Security.Cryptography.X509Certificates;

namespace BackupOperator.Kubernetes.Configuration.Credentials;

/// <summary>A token in a file that others renew (the kubelet does, before it expires): read again each minute and after a 401.</summary>
internal sealed class TokenFileCredentials(string path, TimeProvider time, X509Certificate2? clientCertificate = null) : ICredentialSource
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private Credential? current;
    private long readAt;

    public ValueTask<Credential> GetAsync(bool refresh, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (current is null || refresh || time.GetElapsedTime(readAt) >= Period)
            {
                current = Read() ?? current
                    ?? throw new KubernetesConfigurationException($"The token file {path} cannot be read, or is empty.");
                readAt = time.GetTimestamp();
            }

            return ValueTask.FromResult(current);
        }
    }

    // While the file is being replaced the last token still serves.
    private Credential? Read()
    {
        try
        {
            var token = File.ReadAllText(path).Trim();
            return token.Length == 0 ? null : Credential.Bearer(token, clientCertificate);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
