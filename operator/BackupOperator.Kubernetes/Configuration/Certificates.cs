using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace BackupOperator.Kubernetes.Configuration;

internal static class Certificates
{
    public static X509Certificate2Collection ReadAuthorities(string pem, string source)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(pem);
        }
        catch (CryptographicException e)
        {
            throw new KubernetesConfigurationException($"The certificate authority in {source} cannot be read: {e.Message}", e);
        }

        return certificates.Count > 0
            ? certificates
            : throw new KubernetesConfigurationException($"The certificate authority in {source} holds no PEM certificate.");
    }

    public static X509Certificate2 ReadPair(string certificatePem, string keyPem, string source)
    {
        try
        {
            return X509Certificate2.CreateFromPem(certificatePem, keyPem);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new KubernetesConfigurationException($"The client certificate and key in {source} do not make a pair: {e.Message}", e);
        }
    }
}
