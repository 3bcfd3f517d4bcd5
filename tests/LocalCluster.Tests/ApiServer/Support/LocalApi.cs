using BackupOperator.LocalCluster.ApiServer;

namespace BackupOperator.LocalCluster.Tests.ApiServer.Support;

/// <summary>LocalCluster's own server.</summary>
public sealed class LocalApi : IApiServer
{
    private readonly Lazy<Task<LocalApiServer>> server = new(() => LocalApiServer.StartAsync());

    public async Task<ApiClient> AdminAsync()
    {
        var started = await server.Value;
        return new ApiClient(started.Url, started.AdminToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (server.IsValueCreated)
        {
            await (await server.Value).DisposeAsync();
        }
    }
}
