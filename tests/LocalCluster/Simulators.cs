using BackupOperator.LocalCluster.Controllers.Jobs;
using BackupOperator.LocalCluster.Controllers.Nodes;
using BackupOperator.LocalCluster.Controllers.Runtime;
using BackupOperator.LocalCluster.Controllers.Scheduling;
using BackupOperator.LocalCluster.Controllers.StatefulSets;
using BackupOperator.LocalCluster.Controllers.Storage;
using BackupOperator.LocalCluster.Images;
using BackupOperator.LocalCluster.Kubelet;
using BackupOperator.LocalCluster.Kubelet.Network;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupOperator.LocalCluster;

/// <summary>
/// The controllers, the scheduler and the nodes. They know the API server only as clients, so they work with a real one, too.
/// </summary>
public sealed class Simulators : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly PodNetwork network = PodNetwork.Claim();
    private readonly Task running;
    private readonly Routes routes;

    private Simulators(Routes routes, string dataDirectory, ImageCatalog images, ClusterOptions options)
    {
        var logs = options.LoggerFactory ?? NullLoggerFactory.Instance;
        this.routes = routes;
        var client = routes.ClientOf("controllers");
        Nodes =
        [
            .. options.Nodes.Select(name => new NodeAgent(
                new KubeletOptions
                {
                    NodeName = name,
                    DataDirectory = dataDirectory,
                    Images = images,
                    ApiServer = routes.To($"pods/{name}"),
                    CreateToken = new Subresources(routes.ClientOf($"kubelet/{name}")).CreateTokenAsync,
                    RestartBackoffFirst = options.RestartBackoffFirst,
                    RestartBackoffMost = options.RestartBackoffMost,
                },
                routes.ClientOf($"kubelet/{name}"),
                network,
                options.Time,
                logs.CreateLogger<NodeAgent>())),
        ];
        Controller[] controllers =
        [
            new Scheduler(client, options.Time, logs.CreateLogger<Scheduler>()),
            new StatefulSetController(client, options.Time, logs.CreateLogger<StatefulSetController>()),
            new JobController(client, options.Time, options.Jobs, logs.CreateLogger<JobController>()),
            new ClaimController(client, options.Time, ClaimsFolder(dataDirectory), logs.CreateLogger<ClaimController>()),
            new NodeLifecycleController(client, options.Time, options.NodeLifecycle, logs.CreateLogger<NodeLifecycleController>()),
        ];
        running = Task.WhenAll(controllers.Select(controller => Task.Run(() => controller.RunAsync(stop.Token))));
    }

    public IReadOnlyList<NodeAgent> Nodes { get; }

    public static string ClaimsFolder(string dataDirectory) => Path.Combine(dataDirectory, "claims");

    public static async Task<Simulators> StartAsync(
        Routes routes,
        string dataDirectory,
        ImageCatalog images,
        ClusterOptions options,
        CancellationToken cancellationToken = default)
    {
        var simulators = new Simulators(routes, dataDirectory, images, options);
        try
        {
            foreach (var node in simulators.Nodes)
            {
                await node.StartAsync(cancellationToken);
            }

            return simulators;
        }
        catch
        {
            await simulators.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        foreach (var node in Nodes)
        {
            await node.DisposeAsync();
        }

        await running;
        routes.Dispose();
        network.Dispose();
        stop.Dispose();
    }
}
