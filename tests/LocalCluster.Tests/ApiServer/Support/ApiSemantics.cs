using System.Text.Json.Nodes;

namespace BackupOperator.LocalCluster.Tests.ApiServer.Support;

/// <summary>Questions to an API server. <see cref="RealServerTests"/> asks a real one the questions of every derived class.</summary>
public abstract class ApiSemantics(ApiUnderTest api) : IAsyncLifetime
{
    protected ApiClient Admin { get; private set; } = null!;

    /// <summary>A namespace of this test's own.</summary>
    protected string Namespace { get; } = $"test-{Guid.NewGuid().ToString("N")[..10]}";

    protected string Core => $"/api/v1/namespaces/{Namespace}";

    protected string Apps => $"/apis/apps/v1/namespaces/{Namespace}";

    protected string Batch => $"/apis/batch/v1/namespaces/{Namespace}";

    public async ValueTask InitializeAsync()
    {
        Admin = await api.AdminAsync();
        (await Admin.Create("/api/v1/namespaces", Json($$$"""{"metadata":{"name":"{{{Namespace}}}"}}"""))).ShouldBe(201);
    }

    public async ValueTask DisposeAsync()
    {
        if (Admin is not null)
        {
            await Admin.Delete($"/api/v1/namespaces/{Namespace}");
        }

        GC.SuppressFinalize(this);
    }

    protected static JsonNode Json(string text) => JsonNode.Parse(text)!;

    protected Task<ApiAnswer> CreateConfigMap(string name, string metadata = "", string data = """{"a":"1"}""") =>
        Admin.Create($"{Core}/configmaps", Json($$$"""{"metadata":{"name":"{{{name}}}"{{{metadata}}}},"data":{{{data}}}}"""));

    protected Task<ApiAnswer> CreateStatefulSet(string name) =>
        Admin.Create($"{Apps}/statefulsets", StatefulSet(name));

    protected static JsonNode StatefulSet(string name) => Json($$$"""
        {"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"{{{name}}}"},"spec":{"replicas":2,"serviceName":"db","selector":{"matchLabels":{"app":"db"}},
        "template":{"metadata":{"labels":{"app":"db"}},"spec":{"containers":[{"name":"mysql","image":"mysql:8"},{"name":"exporter","image":"exporter:1"}]}} }}
        """);

    protected static JsonNode Job(string name) => Json($$$"""
        {"metadata":{"name":"{{{name}}}"},"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"main","image":"main:1"}]}} }}
        """);
}
