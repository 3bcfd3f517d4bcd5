using System.Net;
using BackupOperator.LocalCluster.Kubelet.Containers;
using BackupOperator.TestSupport.Servers;

namespace BackupOperator.Chaos.Harness;

/// <summary>One target with a node, a bucket and gates of its own; what happens in one lane is not felt in another.</summary>
internal sealed class Lane : IAsyncDisposable
{
    private readonly World _world;
    private readonly FaultProxy _store;
    private int _names;

    private Lane(World world, int number, string @namespace)
    {
        _world = world;
        Number = number;
        Namespace = @namespace;
        Node = World.NodeName(number);
        DatabaseHost = string.Create(CultureInfo.InvariantCulture, $"127.78.{Environment.ProcessId % 250}.{number}");
        _store = FaultProxy.Start(world.Rgw.Port);
        StoreGate = NetworkGate.Start(new Uri(_store.Endpoint).Port);
        DatabaseGate = NetworkGate.Start(FindDatabaseAsync, IPAddress.Parse(DatabaseHost), 3306);
        Database = new Database(world, @namespace);
    }

    public int Number { get; }

    public string Namespace { get; }

    public string Node { get; }

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

    /// <summary>What all restores of this lane restore, and what is in it.</summary>
    public string BasePath { get; private set; } = "";

    public string BaseSum { get; private set; } = "";

    /// <summary>A backup on which no server of this lane starts.</summary>
    public string BrokenPath { get; private set; } = "";

    /// <param name="furnish">Is given the data directory before anything is backed up.</param>
    public static async Task<Lane> StartAsync(World world, int number, string @namespace, Action<string>? furnish = null, CancellationToken cancellationToken = default)
    {
        var lane = new Lane(world, number, @namespace);
        await world.Cluster.ApplyAsync(Resources.Database(@namespace, lane.Node, refusesBroken: true), cancellationToken: cancellationToken);
        await world.Rgw.CreateBucketAsync(lane.Bucket, cancellationToken);
        await world.Cluster.ApplyAsync(
            Resources.Secret(@namespace, "s3", "AWS_ACCESS_KEY_ID", world.Rgw.AccessKey, "AWS_SECRET_ACCESS_KEY", world.Rgw.SecretKey),
            cancellationToken: cancellationToken);
        await lane.Database.AnswersAsync(TimeSpan.FromSeconds(180));
        await lane.Database.FillAsync(megabytes: 22);
        var folder = world.Cluster.ClaimFolder(@namespace, "data-db-0");
        furnish?.Invoke(folder);
        lane.BaseSum = await lane.Database.SumAsync();
        lane.BasePath = await lane.BackUpAsync("base");

        // The server that runs has looked already, and finds nothing wrong when it starts after the backup.
        var broken = Path.Combine(folder, Resources.BrokenFile);
        await File.WriteAllTextAsync(broken, "", cancellationToken);
        lane.BrokenPath = await lane.BackUpAsync("unstartable", () => File.Delete(broken));
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

    private async Task<string> BackUpAsync(string name, Action? afterArchiving = null)
    {
        await _world.Cluster.ApplyAsync(Resources.Backup(this, name, precopy: false));
        var done = await Waiting.ForAsync(
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
        return done.Status!.Path!;
    }

    private async Task<IPEndPoint?> FindDatabaseAsync(CancellationToken cancellationToken) =>
        (await _world.Client.GetAsync<V1Pod>("db-0", Namespace, cancellationToken))?.Status?.PodIP is { Length: > 0 } address
            ? new IPEndPoint(IPAddress.Parse(address), 3306)
            : null;
}
