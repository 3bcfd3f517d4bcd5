using System.Diagnostics;
using System.Net;
using BackupOperator.LocalCluster.Kubelet.Containers;
using BackupOperator.TestSupport.Manifests;

namespace BackupOperator.Chaos.Harness;

/// <summary>One target with a node, a bucket and gates of its own; what happens in one lane is not felt in another.</summary>
internal sealed class Lane : IAsyncDisposable
{
    // A few parts of the smallest size.
    private const int Megabytes = 14;

    private readonly World _world;
    private readonly FaultProxy _store;
    private int _names;

    private Lane(World world, int number, string @namespace)
    {
        _world = world;
        Number = number;
        Namespace = @namespace;
        Node = World.NodeName(number);
        DatabaseHost = string.Create(CultureInfo.InvariantCulture, $"127.{70 + (world.Number % 100)}.{Environment.ProcessId % 250}.{number}");
        _store = FaultProxy.Start(world.Rgw.Port);
        StoreGate = NetworkGate.Start(new Uri(_store.Endpoint).Port);
        DatabaseGate = NetworkGate.Start(FindDatabaseAsync, IPAddress.Parse(DatabaseHost), 3306);
        Database = new Database(world, @namespace);
    }

    public int Number { get; }

    public string Namespace { get; }

    public string Node { get; }

    public string DataDirectory => _world.Cluster.ClaimFolder(Namespace, "data-db-0");

    public string Bucket => $"bucket-{Namespace}";

    /// <summary>Where the sidecar connects to MySQL.</summary>
    public string DatabaseHost { get; }

    public World World => _world;

    public Database Database { get; }

    /// <summary>The lane's way to the store.</summary>
    public NetworkGate StoreGate { get; }

    /// <summary>The sidecar's way to MySQL.</summary>
    public NetworkGate DatabaseGate { get; }

    /// <summary>What becomes of each request to the store.</summary>
    public Func<ProxiedRequest, Fault?> StoreRule { set => _store.Rule = value; }

    /// <summary>What all restores restore.</summary>
    public Base Base { get; private set; } = null!;

    /// <summary>The first of the lanes, which makes the base of all.</summary>
    /// <param name="furnish">Is given the data directory before anything is backed up.</param>
    public static async Task<Lane> StartFirstAsync(World world, string @namespace, Action<string>? furnish, CancellationToken cancellationToken)
    {
        var lane = new Lane(world, 1, @namespace);
        await lane.StartAsync(cancellationToken);
        await lane.Database.FillAsync(Megabytes);
        furnish?.Invoke(lane.DataDirectory);
        var sum = await lane.Database.SumAsync();
        var whole = await lane.BackUpAsync("base");

        // The server that runs has looked already, and finds nothing wrong when it starts after the backup.
        var broken = Path.Combine(lane.DataDirectory, Resources.BrokenFile);
        await File.WriteAllTextAsync(broken, "", cancellationToken);
        var unstartable = await lane.BackUpAsync("unstartable", () => File.Delete(broken));
        lane.Base = new Base(lane.Bucket, whole.Status!.Path!, sum, unstartable.Status!.Path!);
        return lane;
    }

    /// <summary>Another lane, which begins with the data of the base.</summary>
    /// <param name="data">The base, restored.</param>
    public static async Task<Lane> StartFromAsync(World world, int number, string @namespace, Base @base, string data, CancellationToken cancellationToken)
    {
        var lane = new Lane(world, number, @namespace) { Base = @base };
        Directory.CreateDirectory(Path.GetDirectoryName(lane.DataDirectory)!);
        using (var copy = Process.Start("cp", ["-a", data, lane.DataDirectory]))
        {
            await copy.WaitForExitAsync(cancellationToken);
        }

        await lane.StartAsync(cancellationToken);
        return lane;
    }

    public string NextName(string stem) => string.Create(CultureInfo.InvariantCulture, $"{stem}-{++_names}");

    /// <summary>The pod of a run's Job that has not ended.</summary>
    public async Task<V1Pod?> SidecarAsync() => (await _world.Client.ListAsync<V1Pod>(Namespace)).Items.FirstOrDefault(pod =>
        pod.Metadata.OwnerReferences?.Any(owner => owner.Kind == "Job") == true && pod.Status?.Phase is "Running" or "Pending");

    public async Task<IReadOnlyList<ContainerProcess>> SidecarProcessesAsync() =>
        await SidecarAsync() is { } pod ? _world.Cluster.Containers(Namespace, pod.Metadata.Name!) : [];

    public IReadOnlyList<ContainerProcess> DatabaseProcesses() => _world.Cluster.Containers(Namespace, "db-0");

    public async ValueTask DisposeAsync()
    {
        await StoreGate.DisposeAsync();
        await DatabaseGate.DisposeAsync();
        await _store.DisposeAsync();
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        await _world.Cluster.ApplyAsync(Resources.Database(Namespace, Node, refusesBroken: true), cancellationToken: cancellationToken);
        await _world.Rgw.CreateBucketAsync(Bucket, cancellationToken);
        await _world.Cluster.ApplyAsync(
            SampleManifests.Secret(Namespace, "s3", ("AWS_ACCESS_KEY_ID", _world.Rgw.AccessKey), ("AWS_SECRET_ACCESS_KEY", _world.Rgw.SecretKey)),
            cancellationToken: cancellationToken);
        await Database.AnswersAsync(TimeSpan.FromSeconds(180));
    }

    private async Task<MySqlBackup> BackUpAsync(string name, Action? afterArchiving = null)
    {
        await _world.Cluster.ApplyAsync(Resources.Backup(this, name, precopy: false));
        return await Waiting.ForAsync(
            $"backup {name}",
            async () =>
            {
                var backup = await _world.Client.GetAsync<MySqlBackup>(name, Namespace);
                if (backup?.Status?.Report?.ResumedAt is not null)
                {
                    afterArchiving?.Invoke();
                }

                return backup?.Status?.PhaseName switch
                {
                    "Completed" => backup,
                    "Failed" => throw new HopelessException($"{Namespace}/{name}: {backup.Status.Failure?.Message}"),
                    _ => null,
                };
            },
            TimeSpan.FromSeconds(180));
    }

    private async Task<IPEndPoint?> FindDatabaseAsync(CancellationToken cancellationToken) =>
        (await _world.Client.GetAsync<V1Pod>("db-0", Namespace, cancellationToken))?.Status?.PodIP is { Length: > 0 } address
            ? new IPEndPoint(IPAddress.Parse(address), 3306)
            : null;
}
