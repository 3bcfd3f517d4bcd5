using BackupOperator.Kubernetes.Configuration.Credentials;

namespace BackupOperator.Kubernetes.Configuration;

/// <summary>What Kubernetes puts into every pod that has a service account.</summary>
internal static class InClusterConfiguration
{
    public const string DefaultFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

    public static bool IsInCluster => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST"));

    public static KubernetesClientConfiguration Build(string folder, TimeProvider time)
    {
        var host = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST");
        var port = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_PORT");
        if (string.IsNullOrEmpty(host) || string.IsNullOrEmpty(port))
        {
            throw new KubernetesConfigurationException(
                "This is not a pod: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set.");
        }

        var token = Path.Combine(folder, "token");
        if (!File.Exists(token))
        {
            throw new KubernetesConfigurationException(
                $"The pod has no service account token ({token}). Is automountServiceAccountToken false?");
        }

        var ca = Path.Combine(folder, "ca.crt");
        var namespaceFile = Path.Combine(folder, "namespace");
        return new()
        {
            Host = new UriBuilder("https", host.Contains(':') ? $"[{host.Trim('[', ']')}]" : host, ParsePort(port)).Uri,
            Namespace = File.Exists(namespaceFile) ? File.ReadAllText(namespaceFile).Trim() : null,
            CertificateAuthorities = File.Exists(ca) ? Certificates.ReadAuthorities(File.ReadAllText(ca), ca) : null,
            Credentials = new TokenFileCredentials(token, time),
        };
    }

    private static int ParsePort(string port) =>
        int.TryParse(port, out var number) && number is > 0 and < 65536
            ? number
            : throw new KubernetesConfigurationException($"KUBERNETES_SERVICE_PORT is '{port}', not a port.");
}
