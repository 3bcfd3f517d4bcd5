using BackupOperator.LocalCluster.ApiServer.Registry;

namespace BackupOperator.LocalCluster.ApiServer.Lifecycle;

/// <summary>Shows a stored object in the version that was asked for.</summary>
internal static class Versions
{
    /// <returns>The same tree where nothing differs, else a changed copy.</returns>
    public static JsonObject Present(ResourceDefinition definition, JsonObject body)
    {
        if (body.Text("apiVersion") == definition.ApiVersion)
        {
            return body;
        }

        if (definition.StorageKind == "/events")
        {
            return definition.ApiVersion == EventConversion.NewApiVersion ? EventConversion.ToNew(body) : EventConversion.ToOld(body);
        }

        var copy = JsonNodes.CopyObject(body);
        copy["apiVersion"] = definition.ApiVersion;
        return copy;
    }

    /// <summary>The form in which an object is kept.</summary>
    public static JsonObject Stored(JsonObject body) =>
        body.Text("apiVersion") == EventConversion.NewApiVersion ? EventConversion.ToOld(body) : body;
}
