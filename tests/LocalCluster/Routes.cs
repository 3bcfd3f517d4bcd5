using System.Collections.Concurrent;
using BackupOperator.Kubernetes.Configuration;
using BackupOperator.LocalCluster.ApiServer;

namespace BackupOperator.LocalCluster;

/// <summary>The ways of the cluster's parts to the API server: straight, or as <see cref="ClusterOptions.Route"/> leads them.</summary>
/// <param name="server">Null where the API server is another program's.</param>
public sealed class Routes(LocalApiServer? server, KubernetesClient direct, string folder, ClusterOptions options) : IDisposable
{
    private readonly ConcurrentDictionary<string, KubernetesClient> clients = new(StringComparer.Ordinal);

    /// <summary>Null where containers are not told.</summary>
    public Uri? To(string who) => server is null ? null
        : options.Route is { } route ? route(who, new Uri(server.Url))
        : new Uri(server.Url);

    /// <summary>The client of one part; the same at each call.</summary>
    public KubernetesClient ClientOf(string who) => server is null || options.Route is null ? direct : clients.GetOrAdd(who, Create);

    public void Dispose()
    {
        foreach (var client in clients.Values)
        {
            client.Dispose();
        }
    }

    private KubernetesClient Create(string who)
    {
        var file = Path.Combine(folder, $"kubeconfig-{who.Replace('/', '-')}");
        server!.WriteKubeconfig(file, To(who)!);
        return new KubernetesClient(KubernetesClientConfiguration.BuildConfigFromConfigFile(file, time: options.Time), time: options.Time);
    }
}
