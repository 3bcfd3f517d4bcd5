using System.Security.Cryptography;
using BackupOperator.LocalCluster.ApiServer.Registry;
using BackupOperator.LocalCluster.ApiServer.Schema;

namespace BackupOperator.LocalCluster.ApiServer.OpenApi;

/// <summary>
/// Describes what is served in OpenAPI v3: as much as <c>kubectl explain</c> needs and as <c>kubectl apply</c> looks for
/// (whether PATCH takes <c>fieldValidation</c>).
/// </summary>
internal sealed class OpenApiDocuments(ResourceRegistry registry)
{
    /// <summary>The list of documents, each with a hash of its content in its address.</summary>
    public JsonObject Index()
    {
        var paths = new JsonObject();
        foreach (var (group, version) in registry.All.Select(definition => (definition.Group, definition.Version)).Distinct())
        {
            var path = Path(group, version);
            var hash = Convert.ToHexString(SHA256.HashData(JsonText.ToUtf8(Of(group, version)!)));
            paths[path] = new JsonObject { ["serverRelativeURL"] = $"/openapi/v3/{path}?hash={hash}" };
        }

        return new JsonObject { ["paths"] = paths };
    }

    /// <returns>Null where nothing of that group and version is served.</returns>
    public JsonObject? Of(string group, string version)
    {
        var definitions = registry.All.Where(definition => definition.Group == group && definition.Version == version).ToList();
        if (definitions.Count == 0)
        {
            return null;
        }

        var paths = new JsonObject();
        var schemas = new JsonObject();
        foreach (var definition in definitions)
        {
            var collection = $"/{Path(group, version)}/{(definition.Namespaced ? "namespaces/{namespace}/" : "")}{definition.Plural}";
            paths[collection] = OpenApiPaths.Collection(definition);
            paths[$"{collection}/{{name}}"] = OpenApiPaths.Item(definition);
            var schema = OpenApiSchemas.Of(definition.Schema ?? new ObjectSchema { Type = "object", PreserveUnknown = true }, isResource: true);
            schema["x-kubernetes-group-version-kind"] = new JsonArray(OpenApiPaths.GroupVersionKind(definition));
            schemas[SchemaName(definition)] = schema;
        }

        return new JsonObject
        {
            ["openapi"] = "3.0.0",
            ["info"] = new JsonObject { ["title"] = "Kubernetes", ["version"] = "v1.32.4" },
            ["paths"] = paths,
            ["components"] = new JsonObject { ["schemas"] = schemas },
        };
    }

    public static string SchemaName(ResourceDefinition definition) =>
        $"{string.Join('.', (definition.Group.Length == 0 ? "core.api.k8s.io" : definition.Group).Split('.').Reverse())}.{definition.Version}.{definition.Kind}";

    private static string Path(string group, string version) => group.Length == 0 ? $"api/{version}" : $"apis/{group}/{version}";
}
