using System.Collections.Concurrent;
using BackupOperator.LocalCluster.Controllers.Nodes;
using BackupOperator.LocalCluster.Images;
using BackupOperator.TestSupport.Servers;

namespace BackupOperator.Chaos.Harness;

/// <summary>A cluster with the operator in it, an S3 gateway, and a gate before everyone's way to the API server.</summary>
internal sealed class World : IAsyncDisposable
{
    private const string SidecarImage = "mysql-backup-sidecar:test";
    private static int _count;
    private readonly ConcurrentDictionary<string, NetworkGate> _gates = new(StringComparer.Ordinal);
    private Cluster? _cluster;
    private OperatorProcess? _operator;
    private RealRgw? _rgw;

    /// <summary>Another for each world of this process.</summary>
    public int Number { get; } = Interlocked.Increment(ref _count);

    public Cluster Cluster => _cluster!;

    public IKubernetesClient Client => Cluster.Client;

    public OperatorProcess Operator => _operator!;

    public RealRgw Rgw => _rgw!;

    /// <summary>Everyone's ways to the API server, but that of this programme.</summary>
    public IEnumerable<NetworkGate> ApiGates => _gates.Values;

    /// <param name="nodes">One for each target, so that each can lose its own.</param>
    public static async Task<World> StartAsync(int nodes, Programs programs, CancellationToken cancellationToken)
    {
        var world = new World();
        try
        {
            var rgw = RealRgw.StartAsync(cancellationToken);
            world._cluster = await Cluster.StartAsync(
                new ClusterOptions
                {
                    Nodes = [.. Enumerable.Range(1, nodes).Select(NodeName)],
                    Images = new Dictionary<string, ContainerImage> { [SidecarImage] = StandardImages.DotNet(programs.Sidecar) },
                    Route = (who, server) => new Uri($"https://127.0.0.1:{world._gates.GetOrAdd(who, _ => NetworkGate.Start(server.Port)).Port}"),

                    // As in Kubernetes: a minute without its node costs a pod its readiness, and not its life.
                    NodeLifecycle = new NodeLifecycleOptions { MonitorGrace = TimeSpan.FromSeconds(50), EvictionTimeout = TimeSpan.FromMinutes(5) },
                },
                cancellationToken);
            foreach (var file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "crds"), "*.yaml").Order(StringComparer.Ordinal))
            {
                await world._cluster.ApplyAsync(await File.ReadAllTextAsync(file, cancellationToken), cancellationToken: cancellationToken);
            }

            await world._cluster.ApplyAsync(Resources.OperatorAccess, cancellationToken: cancellationToken);
            await world._cluster.ApplyAsync(
                await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "rbac", "clusterrole.yaml"), cancellationToken), cancellationToken: cancellationToken);
            var server = world._cluster.ApiServer;
            var gate = world._gates.GetOrAdd("operator", _ => NetworkGate.Start(new Uri(server.Url).Port));
            var kubeconfig = Path.Combine(world._cluster.DataDirectory, "kubeconfig-operator");
            server.WriteKubeconfig(
                kubeconfig, new Uri($"https://127.0.0.1:{gate.Port}"), server.CreateToken(Resources.OperatorNamespace, "operator", TimeSpan.FromHours(6)));
            world._operator = new OperatorProcess(programs.Operator, kubeconfig, SidecarImage);
            world._operator.Start();
            world._rgw = await rgw;
            return world;
        }
        catch
        {
            await world.DisposeAsync();
            throw;
        }
    }

    public static string NodeName(int number) => string.Create(CultureInfo.InvariantCulture, $"node-{number}");

    /// <param name="who"><c>operator</c>, <c>controllers</c>, <c>kubelet/NODE</c> or <c>pods/NODE</c>.</param>
    public NetworkGate ApiGate(string who) => _gates[who];

    public async ValueTask DisposeAsync()
    {
        if (_operator is not null)
        {
            await _operator.DisposeAsync();
        }

        foreach (var gate in _gates.Values)
        {
            await gate.SetAsync(GateState.Open);
        }

        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }

        foreach (var gate in _gates.Values)
        {
            await gate.DisposeAsync();
        }

        if (_rgw is not null)
        {
            await _rgw.DisposeAsync();
        }
    }
}
