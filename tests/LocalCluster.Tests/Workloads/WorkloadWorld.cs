using BackupOperator.Kubernetes.Configuration;

namespace BackupOperator.LocalCluster.Tests.Workloads;

/// <summary>A cluster that runs pods, and what the questions about Jobs and StatefulSets need of it.</summary>
public abstract class WorkloadWorld : IAsyncLifetime
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(50);

    /// <summary>Why it cannot be asked; null where it can.</summary>
    public abstract string? Unavailable { get; }

    /// <summary>An image with a shell.</summary>
    public abstract string Image { get; }

    /// <summary>How long a change may take; a real cluster pauses 10 s before it tries a Job's pod again.</summary>
    public abstract TimeSpan Patience { get; }

    public abstract KubernetesClient Client { get; }

    public abstract ValueTask InitializeAsync();

    public abstract ValueTask DisposeAsync();

    /// <summary>A namespace of a test's own, with its default ServiceAccount.</summary>
    public async Task<string> NamespaceAsync()
    {
        Assert.SkipWhen(Unavailable is not null, Unavailable ?? "");
        var name = $"workloads-{Guid.NewGuid():N}"[..20];
        await Client.CreateAsync(new V1Namespace { Metadata = new V1ObjectMeta { Name = name } });
        await WaitForAsync<V1ServiceAccount>("default", name, account => account is not null);
        return name;
    }

    public Task ApplyAsync(string yaml, string @namespace) => new Manifests(Client).ApplyAsync(yaml, @namespace, TestContext.Current.CancellationToken);

    public async Task<T?> WaitForAsync<T>(string name, string? @namespace, Func<T?, bool> wanted)
        where T : class, IKubernetesObject
    {
        T? current = null;
        for (var watch = System.Diagnostics.Stopwatch.StartNew(); watch.Elapsed < Patience;)
        {
            current = await Client.GetAsync<T>(name, @namespace, TestContext.Current.CancellationToken);
            if (wanted(current))
            {
                return current;
            }

            await Task.Delay(Glance, TestContext.Current.CancellationToken);
        }

        throw new TimeoutException($"{typeof(T).Name} {@namespace}/{name} is not as wanted after {Patience.TotalSeconds:0} s: {System.Text.Json.JsonSerializer.Serialize(current)}");
    }
}

/// <summary>LocalCluster.</summary>
public sealed class LocalWorld : WorkloadWorld
{
    private Cluster? cluster;

    public override string? Unavailable => null;

    public override string Image => "debian:12";

    public override TimeSpan Patience => TimeSpan.FromSeconds(30);

    public override KubernetesClient Client => cluster!.Client;

    public override async ValueTask InitializeAsync() => cluster = await Cluster.StartAsync(new ClusterOptions
    {
        Jobs = new LocalCluster.Controllers.Jobs.JobControllerOptions { BackoffFirst = TimeSpan.FromMilliseconds(300) },
    });

    public override async ValueTask DisposeAsync()
    {
        if (cluster is not null)
        {
            await cluster.DisposeAsync();
        }
    }
}

/// <summary>
/// The cluster that the kubeconfig WORKLOADS_KUBECONFIG leads to: controllers, a kubelet, a default StorageClass. Its nodes
/// have, or can pull, WORKLOADS_IMAGE.
/// </summary>
public sealed class RealWorld : WorkloadWorld
{
    private static readonly string? Kubeconfig = Environment.GetEnvironmentVariable("WORKLOADS_KUBECONFIG");
    private KubernetesClient? client;

    public override string? Unavailable => string.IsNullOrEmpty(Kubeconfig) ? "not asked of a real cluster: WORKLOADS_KUBECONFIG is not set" : null;

    public override string Image => Environment.GetEnvironmentVariable("WORKLOADS_IMAGE") ?? "debian:12";

    public override TimeSpan Patience => TimeSpan.FromSeconds(120);

    public override KubernetesClient Client => client!;

    public override ValueTask InitializeAsync()
    {
        client = Unavailable is null ? new KubernetesClient(KubernetesClientConfiguration.BuildConfigFromConfigFile(Kubeconfig!), new KubernetesClientOptions()) : null;
        return ValueTask.CompletedTask;
    }

    public override async ValueTask DisposeAsync()
    {
        if (client is null)
        {
            return;
        }

        foreach (var space in (await client.ListAsync<V1Namespace>()).Items.Where(space => space.Metadata.Name!.StartsWith("workloads-", StringComparison.Ordinal)))
        {
            await client.DeleteAsync<V1Namespace>(space.Metadata.Name!);
        }

        client.Dispose();
    }
}
