using System.Text.Json.Nodes;
using BackupOperator.LocalCluster.ApiServer;
using BackupOperator.LocalCluster.Tests.ApiServer.Support;

namespace BackupOperator.LocalCluster.Tests.ApiServer.Local;

/// <summary>A server of a test's own, for what only LocalCluster can do.</summary>
public abstract class LocalServer : IAsyncLifetime
{
    protected const string Core = "/api/v1/namespaces/default";

    protected LocalApiServer Server { get; private set; } = null!;

    protected ApiClient Admin { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Server = await LocalApiServer.StartAsync(Options);
        Admin = new ApiClient(Server.Url, Server.AdminToken);
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected virtual ApiServerOptions Options => new();

    protected static JsonNode Json(string text) => JsonNode.Parse(text)!;

    protected Task<ApiAnswer> CreateConfigMap(string name, string metadata = "") =>
        Admin.Create($"{Core}/configmaps", Json($$$"""{"metadata":{"name":"{{{name}}}"{{{metadata}}}},"data":{"a":"1"}}"""));
}
