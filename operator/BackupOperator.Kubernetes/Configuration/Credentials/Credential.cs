using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;

namespace BackupOperator.Kubernetes.Configuration.Credentials;

/// <summary>What goes with a request. Not a record: its text must not hold the secret.</summary>
public sealed class Credential(AuthenticationHeaderValue? authorization, X509Certificate2? clientCertificate = null)
{
    public AuthenticationHeaderValue? Authorization { get; } = authorization;

    public X509Certificate2? ClientCertificate { get; } = clientCertificate;

    internal static Credential Bearer(string token, X509Certificate2? clientCertificate = null) =>
        new(new AuthenticationHeaderValue("Bearer", token), clientCertificate);
}
