using BackupOperator.LocalCluster.ApiServer.Patching;
using BackupOperator.LocalCluster.ApiServer.Registry;

namespace BackupOperator.LocalCluster.ApiServer.OpenApi;

/// <summary>The operations on a resource.</summary>
internal static class OpenApiPaths
{
    public static JsonObject Collection(ResourceDefinition definition) => new()
    {
        ["get"] = Operation(definition, "list"),
        ["post"] = Operation(definition, "post", "dryRun", "fieldManager", "fieldValidation"),
        ["delete"] = Operation(definition, "deletecollection", "dryRun"),
    };

    public static JsonObject Item(ResourceDefinition definition)
    {
        var patch = Operation(definition, "patch", "dryRun", "fieldManager", "fieldValidation", "force");
        var content = new JsonObject();

        // Strategic merge is not listed: kubectl then merges built-in kinds by the types that it was built with.
        foreach (var type in (string[])[PatchTypes.Apply, PatchTypes.Json, PatchTypes.Merge])
        {
            content[type] = new JsonObject { ["schema"] = new JsonObject { ["type"] = "object" } };
        }

        patch["requestBody"] = new JsonObject { ["content"] = content, ["required"] = true };
        return new JsonObject
        {
            ["get"] = Operation(definition, "get"),
            ["put"] = Operation(definition, "put", "dryRun", "fieldManager", "fieldValidation"),
            ["patch"] = patch,
            ["delete"] = Operation(definition, "delete", "dryRun"),
        };
    }

    public static JsonObject GroupVersionKind(ResourceDefinition definition) =>
        new() { ["group"] = definition.Group, ["kind"] = definition.Kind, ["version"] = definition.Version };

    private static JsonObject Operation(ResourceDefinition definition, string action, params string[] parameters) => new()
    {
        ["operationId"] = $"{action}{definition.Kind}",
        ["parameters"] = new JsonArray([.. parameters.Select(name => new JsonObject
        {
            ["name"] = name,
            ["in"] = "query",
            ["schema"] = new JsonObject { ["type"] = name == "force" ? "boolean" : "string", ["uniqueItems"] = true },
        })]),
        ["responses"] = new JsonObject
        {
            ["200"] = new JsonObject
            {
                ["description"] = "OK",
                ["content"] = new JsonObject
                {
                    ["application/json"] = new JsonObject
                    {
                        ["schema"] = new JsonObject { ["$ref"] = $"#/components/schemas/{OpenApiDocuments.SchemaName(definition)}" },
                    },
                },
            },
        },
        ["x-kubernetes-action"] = action,
        ["x-kubernetes-group-version-kind"] = GroupVersionKind(definition),
    };
}
