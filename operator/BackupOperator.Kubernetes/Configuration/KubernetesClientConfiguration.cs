using System.Security.Cryptography.X509Certificates;
using BackupOperator.Kubernetes.Configuration.Credentials;
using BackupOperator.Kubernetes.Configuration.KubeConfig;

namespace BackupOperator.Kubernetes.Configuration;

/// <summary>Where the API server is, how it proves itself, and how we do.</summary>
public sealed class KubernetesClientConfiguration
{
    /// <summary>May have a path, as behind a gateway.</summary>
    public required Uri Host { get; init; }

    /// <summary>The namespace of the context or of the pod.</summary>
    public string? Namespace { get; init; }

    /// <summary>Null: the CAs of the system.</summary>
    public X509Certificate2Collection? CertificateAuthorities { get; init; }

    public bool SkipTlsVerify { get; init; }

    /// <summary>The name that the server's certificate must have; null: the host.</summary>
    public string? TlsServerName { get; init; }

    public Uri? Proxy { get; init; }

    public ICredentialSource Credentials { get; init; } = StaticCredentials.None;

    /// <summary>The user to act as (<c>Impersonate-User</c>).</summary>
    public string? ImpersonateUser { get; init; }

    public IReadOnlyList<string> ImpersonateGroups { get; init; } = [];

    /// <summary>
    /// The files of <c>KUBECONFIG</c>; else <c>~/.kube/config</c>; else, inside a cluster, the pod's service account.
    /// </summary>
    /// <exception cref="KubernetesConfigurationException">None of them is there, or what is there is wrong.</exception>
    public static KubernetesClientConfiguration BuildDefaultConfig(TimeProvider? time = null)
    {
        if (Environment.GetEnvironmentVariable("KUBECONFIG") is { Length: > 0 } list)
        {
            return BuildConfigFromConfigFile(list, time: time);
        }

        var home = Environment.GetEnvironmentVariable("HOME")
            ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var file = Path.Combine(home, ".kube", "config");
        if (home.Length > 0 && File.Exists(file))
        {
            return BuildConfigFromConfigFile(file, time: time);
        }

        return InClusterConfiguration.IsInCluster
            ? InClusterConfig(time)
            : throw new KubernetesConfigurationException(
                $"No way to a Kubernetes API server: KUBECONFIG is not set, {file} does not exist, and this is not a pod "
                + "(KUBERNETES_SERVICE_HOST is not set). Set KUBECONFIG to the path of a kubeconfig file.");
    }

    /// <param name="files">One or several files, separated as <c>PATH</c> is; earlier ones win.</param>
    /// <param name="context">Null: the current context.</param>
    /// <exception cref="KubernetesConfigurationException">A file, the context or what it names is missing or wrong.</exception>
    public static KubernetesClientConfiguration BuildConfigFromConfigFile(string files, string? context = null, TimeProvider? time = null) =>
        new KubeConfigResolver(KubeConfigLoader.Load(files), time ?? TimeProvider.System).Resolve(context);

    /// <summary>The service account of the pod that this runs in.</summary>
    /// <exception cref="KubernetesConfigurationException">This is not a pod, or it has no service account token.</exception>
    public static KubernetesClientConfiguration InClusterConfig(TimeProvider? time = null) =>
        InClusterConfiguration.Build(InClusterConfiguration.DefaultFolder, time ?? TimeProvider.System);
}
