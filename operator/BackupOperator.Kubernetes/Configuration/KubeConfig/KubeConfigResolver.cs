using System.Security.Cryptography.X509Certificates;
using System.Text;
using YamlDotNet.RepresentationModel;

namespace BackupOperator.Kubernetes.Configuration.KubeConfig;

/// <summary>Turns a context of a kubeconfig into a configuration.</summary>
internal sealed class KubeConfigResolver(KubeConfigDocument document, TimeProvider time)
{
    private string Source => string.Join(", ", document.Files);

    public KubernetesClientConfiguration Resolve(string? contextName)
    {
        contextName ??= document.CurrentContext
            ?? throw new KubernetesConfigurationException(
                $"The kubeconfig {Source} has no current-context. Choose one: kubectl config use-context NAME.");
        var context = Find(document.Contexts, "context", contextName);
        var clusterName = context.Text("cluster")
            ?? throw new KubernetesConfigurationException($"The context {contextName} in {context.File} names no cluster.");
        var cluster = Find(document.Clusters, "cluster", clusterName);
        var user = context.Text("user") is { } userName ? Find(document.Users, "user", userName) : null;
        var authorities = ReadAuthorities(cluster);
        return new()
        {
            Host = ReadUri(cluster, "server", clusterName)
                ?? throw new KubernetesConfigurationException($"The cluster {clusterName} in {cluster.File} has no server."),
            Namespace = context.Text("namespace"),
            CertificateAuthorities = authorities,
            SkipTlsVerify = cluster.Flag("insecure-skip-tls-verify"),
            TlsServerName = cluster.Text("tls-server-name"),
            Proxy = ReadUri(cluster, "proxy-url", clusterName),
            Credentials = UserCredentials.Build(user, cluster, time),
            ImpersonateUser = user?.Text("as"),
            ImpersonateGroups = [.. user?.Items("as-groups").OfType<YamlScalarNode>().Select(n => n.Value ?? "") ?? []],
        };
    }

    private static X509Certificate2Collection? ReadAuthorities(KubeConfigEntry cluster) =>
        ReadData(cluster, "certificate-authority") is { } pem
            ? Certificates.ReadAuthorities(pem, $"the kubeconfig {cluster.File}")
            : null;

    /// <summary>The content of <c>key-data</c> (base64), or else of the file that <c>key</c> names.</summary>
    internal static string? ReadData(KubeConfigEntry entry, string key)
    {
        if (entry.Text($"{key}-data") is { } data)
        {
            try
            {
                return Encoding.UTF8.GetString(Convert.FromBase64String(data));
            }
            catch (FormatException e)
            {
                throw new KubernetesConfigurationException($"{key}-data in {entry.File} is not base64.", e);
            }
        }

        if (entry.FilePath(key) is not { } path)
        {
            return null;
        }

        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KubernetesConfigurationException($"{key} of {entry.File} cannot be read: {e.Message}", e);
        }
    }

    private static Uri? ReadUri(KubeConfigEntry cluster, string key, string clusterName)
    {
        if (cluster.Text(key) is not { } text)
        {
            return null;
        }

        return Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : $"https://{text}", UriKind.Absolute, out var uri)
            ? uri
            : throw new KubernetesConfigurationException($"{key} of the cluster {clusterName} in {cluster.File} is no URL: {text}");
    }

    private KubeConfigEntry Find(Dictionary<string, KubeConfigEntry> entries, string what, string name) =>
        entries.TryGetValue(name, out var entry)
            ? entry
            : throw new KubernetesConfigurationException(
                $"The kubeconfig {Source} has no {what} '{name}'"
                + (entries.Count == 0 ? "." : $"; it has {string.Join(", ", entries.Keys.Order(StringComparer.Ordinal))}."));
}
