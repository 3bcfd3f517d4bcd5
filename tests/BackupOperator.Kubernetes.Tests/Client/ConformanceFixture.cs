using BackupOperator.Kubernetes.Client;
using BackupOperator.Kubernetes.Configuration;
using BackupOperator.Kubernetes.Crds;
using BackupOperator.Kubernetes.Models;
using BackupOperator.Kubernetes.Serialization;
using BackupOperator.LocalCluster.ApiServer;
using BackupOperator.TestSupport.Servers;

namespace BackupOperator.Kubernetes.Tests.Client;

/// <summary>An API server, a namespace of its own in it, and the kind <see cref="Widget"/>.</summary>
public abstract class ConformanceFixture(bool real) : IAsyncLifetime
{
    private IAsyncDisposable? server;

    /// <summary>Null where there is a server.</summary>
    public string? WhyNot { get; } = real ? RealApiServer.WhyNot : null;

    public KubernetesClient? Client { get; private set; }

    public string Namespace { get; } = $"conformance-{Guid.NewGuid():N}"[..20];

    public async ValueTask InitializeAsync()
    {
        if (WhyNot is not null)
        {
            return;
        }

        Client = new(KubernetesClientConfiguration.BuildConfigFromConfigFile(await StartAsync()));
        await Client.CreateAsync(new V1Namespace { Metadata = new() { Name = Namespace } });
        if (await Client.GetAsync<V1CustomResourceDefinition>("widgets.test.mysqlbackup.io") is null)
        {
            await Client.CreateAsync(KubernetesJson.FromNode<V1CustomResourceDefinition>(CrdGenerator.Generate<Widget>())!);
        }

        await TestCluster.EventuallyAsync(async () => await Client.GetRawAsync($"/apis/test.mysqlbackup.io/v1/namespaces/{Namespace}/widgets") is not null);
    }

    public async ValueTask DisposeAsync()
    {
        if (Client is not null)
        {
            await Client.DeleteAsync<V1Namespace>(Namespace);
            Client.Dispose();
        }

        await (server?.DisposeAsync() ?? ValueTask.CompletedTask);
        GC.SuppressFinalize(this);
    }

    private async Task<string> StartAsync()
    {
        if (real)
        {
            var started = await RealApiServer.StartAsync();
            server = started;
            return started.KubeconfigPath;
        }

        var local = await LocalApiServer.StartAsync();
        server = local;
        return local.KubeconfigPath;
    }
}
