using BackupOperator.Kubernetes.Configuration;
using BackupOperator.LocalCluster.ApiServer;
using BackupOperator.LocalCluster.Controllers.Storage;
using BackupOperator.LocalCluster.Images;
using BackupOperator.LocalCluster.Kubelet;
using BackupOperator.LocalCluster.Kubelet.Containers;

namespace BackupOperator.LocalCluster;

/// <summary>
/// A whole cluster in this process: API server, controllers, nodes. Its containers are real processes; they and
/// everything that they leave are gone after <see cref="DisposeAsync"/>, and also when this process is killed.
/// </summary>
public sealed class Cluster : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(40);

    private readonly ClusterFolder folder;
    private readonly Simulators simulators;
    private readonly TimeProvider time;

    private Cluster(ClusterFolder folder, LocalApiServer server, KubernetesClient client, ImageCatalog images, Simulators simulators, TimeProvider time)
    {
        this.folder = folder;
        this.simulators = simulators;
        this.time = time;
        ApiServer = server;
        Client = client;
        Images = images;
        server.PodLogs = new PodLogFiles(folder.Path, (uid, container) => Nodes.Any(node => node.IsRunning(uid, container)), time);
    }

    public LocalApiServer ApiServer { get; }

    /// <summary>As the administrator.</summary>
    public KubernetesClient Client { get; }

    public string KubeconfigPath => ApiServer.KubeconfigPath;

    public string DataDirectory => folder.Path;

    /// <summary>May be added to at any time.</summary>
    public ImageCatalog Images { get; }

    public IReadOnlyList<NodeAgent> Nodes => simulators.Nodes;

    /// <exception cref="ContainerStartException">This process may not create namespaces: it is not root.</exception>
    public static async Task<Cluster> StartAsync(ClusterOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new ClusterOptions();
        var home = ClusterFolder.Open(options.DataDirectory);
        LocalApiServer? server = null;
        KubernetesClient? client = null;
        try
        {
            server = await LocalApiServer.StartAsync(
                new ApiServerOptions
                {
                    Port = options.Port,
                    Time = options.Time,
                    Namespaces = options.Namespaces,
                    KubeconfigPath = options.KubeconfigPath ?? Path.Combine(home.Path, "kubeconfig"),
                },
                cancellationToken);
            client = new KubernetesClient(KubernetesClientConfiguration.BuildConfigFromConfigFile(server.KubeconfigPath), time: options.Time);
            var images = new ImageCatalog();
            StandardImages.AddTo(images, Path.Combine(home.Path, "images"), options.MySqlRoot);
            foreach (var (name, image) in options.Images)
            {
                images[name] = image;
            }

            var running = await Simulators.StartAsync(new Routes(server, client, home.Path, options), home.Path, images, options, cancellationToken);
            return new Cluster(home, server, client, images, running, options.Time);
        }
        catch
        {
            client?.Dispose();
            if (server is not null)
            {
                await server.DisposeAsync();
            }

            home.Dispose();
            throw;
        }
    }

    /// <summary>Creates what manifests describe, or merges them into what is there.</summary>
    /// <param name="yaml">One or several documents.</param>
    /// <param name="namespace">For documents that name none.</param>
    public Task ApplyAsync(string yaml, string @namespace = "default", CancellationToken cancellationToken = default) =>
        new Manifests(Client).ApplyAsync(yaml, @namespace, cancellationToken);

    /// <summary>Waits until an object is as wanted.</summary>
    /// <param name="wanted">Told null while there is no such object.</param>
    /// <param name="timeout">Null for 30 s.</param>
    /// <exception cref="TimeoutException">It never was; the message has its last state.</exception>
    public async Task<T?> WaitForAsync<T>(
        string name, string? @namespace, Func<T?, bool> wanted, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
        where T : class, IKubernetesObject
    {
        var patience = timeout ?? Patience;
        var start = time.GetTimestamp();
        while (true)
        {
            var current = await Client.GetAsync<T>(name, @namespace, cancellationToken);
            if (wanted(current))
            {
                return current;
            }

            if (time.GetElapsedTime(start) > patience)
            {
                var state = current is null ? "there is none" : KubernetesJson.ToNode(current)["status"]?.ToJsonString();
                throw new TimeoutException($"{EntityDefinition.Of<T>().Kind} {@namespace}/{name} is not as wanted after {patience.TotalSeconds:0.#} s: {state}");
            }

            await Task.Delay(Glance, time, cancellationToken);
        }
    }

    public NodeAgent Node(string name) => Nodes.First(node => node.Name == name);

    /// <summary>The running containers of a pod.</summary>
    public IReadOnlyList<ContainerProcess> Containers(string @namespace, string pod, string? container = null) =>
        [.. Nodes.SelectMany(node => node.Find(@namespace, pod, container))];

    /// <summary>The processes of a pod, as the machine numbers them.</summary>
    public IReadOnlyList<int> HostPids(string @namespace, string pod, string? container = null) =>
        [.. Containers(@namespace, pod, container).SelectMany(process => process.HostPids())];

    /// <summary>SIGKILL to the first process of the pod's containers, as the kernel does when memory runs out.</summary>
    /// <returns>False where none runs.</returns>
    public bool KillContainers(string @namespace, string pod, string? container = null)
    {
        var killed = false;
        foreach (var process in Containers(@namespace, pod, container))
        {
            killed |= process.Signal(Signals.Kill);
        }

        return killed;
    }

    /// <summary>The folder that a claim's data is in.</summary>
    public string ClaimFolder(string @namespace, string claim) =>
        ClaimController.FolderOf(Simulators.ClaimsFolder(DataDirectory), @namespace, claim);

    /// <summary>What a container wrote so far; empty where it has not started.</summary>
    public async Task<string> LogsAsync(string @namespace, string pod, string? container = null, bool previous = false, CancellationToken cancellationToken = default)
    {
        var found = await Client.GetAsync<V1Pod>(pod, @namespace, cancellationToken);
        if (found is null)
        {
            return "";
        }

        using var output = new MemoryStream();
        var name = container ?? found.Spec!.Containers![0].Name!;
        var request = new PodLogRequest(@namespace, pod, found.Metadata.Uid!, name, false, previous, null, null, null, false);
        await ApiServer.PodLogs!.CopyAsync(request, output, cancellationToken);
        return Encoding.UTF8.GetString(output.ToArray());
    }

    public async ValueTask DisposeAsync()
    {
        await simulators.DisposeAsync();
        Client.Dispose();
        await ApiServer.DisposeAsync();
        folder.Dispose();
    }
}
