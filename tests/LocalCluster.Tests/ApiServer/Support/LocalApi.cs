using BackupOperator.LocalCluster.ApiServer;

namespace BackupOperator.LocalCluster.Tests.ApiServer.Support;

/// <summary>LocalCluster's own server, one for all tests.</summary>
public sealed class LocalApi : IApiUnderTest, IAsyncLifetime
{
    private LocalApiServer? server;

    public string? Unavailable => null;

    public LocalApiServer Server => server!;

    public string KubeconfigPath => Server.KubeconfigPath;

    public async ValueTask InitializeAsync() => server = await LocalApiServer.StartAsync(new ApiServerOptions());

    public Task<ApiClient> AdminAsync() => Task.FromResult(new ApiClient(Server.Url, Server.AdminToken));

    public ValueTask DisposeAsync() => server?.DisposeAsync() ?? ValueTask.CompletedTask;
}
