using BackupOperator.LocalCluster.Controllers.Jobs;

namespace BackupOperator.LocalCluster.Tests.Controllers;

/// <summary>One cluster for the tests that need no other; each test has a namespace of its own.</summary>
public sealed class ClusterFixture : IAsyncLifetime
{
    private int count;

    public Cluster Cluster { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Cluster = await Cluster.StartAsync(new ClusterOptions
    {
        Nodes = ["node-1", "node-2"],
        Jobs = new JobControllerOptions { BackoffFirst = TimeSpan.FromMilliseconds(300) },
        RestartBackoffFirst = TimeSpan.FromMilliseconds(200),
    });

    public async Task<string> NamespaceAsync()
    {
        var name = $"test-{Interlocked.Increment(ref count)}";
        await Cluster.ApplyAsync($"{{apiVersion: v1, kind: Namespace, metadata: {{name: {name}}}}}");
        await Cluster.WaitForAsync<V1ServiceAccount>("default", name, account => account is not null);
        return name;
    }

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();
}
