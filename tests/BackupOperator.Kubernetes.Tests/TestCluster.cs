using BackupOperator.Kubernetes.Client;
using BackupOperator.Kubernetes.Configuration;
using BackupOperator.Kubernetes.Crds;
using BackupOperator.Kubernetes.Models;
using BackupOperator.Kubernetes.Serialization;
using BackupOperator.LocalCluster.ApiServer;

namespace BackupOperator.Kubernetes.Tests;

/// <summary>An API server with the namespace <c>shop</c> and the kind <see cref="Widget"/>, and a client of it.</summary>
public sealed class TestCluster : IAsyncDisposable
{
    private TestCluster(LocalApiServer server, KubernetesClient client)
    {
        Server = server;
        Client = client;
    }

    public LocalApiServer Server { get; }

    public KubernetesClient Client { get; }

    public static async Task<TestCluster> StartAsync(TimeSpan? bookmarkInterval = null)
    {
        var server = await LocalApiServer.StartAsync(new() { Namespaces = ["shop"], BookmarkInterval = bookmarkInterval ?? TimeSpan.FromMinutes(1) });
        var client = new KubernetesClient(
            KubernetesClientConfiguration.BuildConfigFromConfigFile(server.KubeconfigPath),
            new() { RetryDelay = TimeSpan.FromMilliseconds(20), WatchTimeout = TimeSpan.FromMinutes(5) });
        await client.CreateAsync(KubernetesJson.FromNode<V1CustomResourceDefinition>(CrdGenerator.Generate<Widget>())!);
        await EventuallyAsync(async () => await client.GetRawAsync("/apis/test.mysqlbackup.io/v1/namespaces/shop/widgets") is not null);
        return new(server, client);
    }

    public Task<Widget> CreateAsync(string name, string colour = "Red") =>
        Client.CreateAsync(new Widget { Metadata = new() { Name = name, Namespace = "shop" }, Spec = new() { Colour = Enum.Parse<WidgetColour>(colour) } });

    public Task<Widget> PaintAsync(string name, string colour) =>
        Client.PatchAsync<Widget>(name, "shop", KubernetesPatch.Merge(System.Text.Json.Nodes.JsonNode.Parse($$$"""{"spec":{"colour":"{{{colour}}}"}}""")!));

    /// <summary>Waits until something holds, for 20 seconds at most.</summary>
    public static async Task EventuallyAsync(Func<Task<bool>> condition)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!await condition())
        {
            await Task.Delay(10, timeout.Token);
        }
    }

    public static Task EventuallyAsync(Func<bool> condition) => EventuallyAsync(() => Task.FromResult(condition()));

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
    }
}
