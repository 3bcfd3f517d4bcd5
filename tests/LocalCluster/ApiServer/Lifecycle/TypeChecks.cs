using BackupOperator.LocalCluster.ApiServer.Registry;

namespace BackupOperator.LocalCluster.ApiServer.Lifecycle;

/// <summary>Whether an object's type and namespace agree with the path that it was sent to.</summary>
internal static class TypeChecks
{
    /// <summary>Checks apiVersion and kind, or fills them in.</summary>
    public static void Require(ResourceDefinition definition, JsonObject body)
    {
        var apiVersion = body.Text("apiVersion");
        var kind = body.Text("kind");
        if (!string.IsNullOrEmpty(apiVersion) && apiVersion != definition.ApiVersion)
        {
            throw ApiErrors.BadRequest($"the API version in the data ({apiVersion}) does not match the expected API version ({definition.ApiVersion})");
        }

        if (!string.IsNullOrEmpty(kind) && kind != definition.Kind)
        {
            throw ApiErrors.BadRequest($"{kind} in version \"{definition.Version}\" cannot be handled as a {definition.Kind}: converting ({kind}) to ({definition.Kind}): unknown conversion");
        }

        body["apiVersion"] = definition.ApiVersion;
        body["kind"] = definition.Kind;
        if (body["metadata"] is not (null or JsonObject))
        {
            throw ApiErrors.BadRequest("metadata must be an object");
        }
    }

    /// <summary>Applied configurations must say what they are.</summary>
    public static void RequireStated(JsonObject body)
    {
        if (string.IsNullOrEmpty(body.Text("apiVersion")) || string.IsNullOrEmpty(body.Text("kind")))
        {
            throw ApiErrors.BadRequest("invalid object type: /, Kind=");
        }
    }

    public static void RequireNamespace(ResourceDefinition definition, string @namespace, JsonObject metadata)
    {
        var stated = metadata.Text("namespace");
        if (!definition.Namespaced)
        {
            metadata.Remove("namespace");
        }
        else if (!string.IsNullOrEmpty(stated) && stated != @namespace)
        {
            throw ApiErrors.BadRequest($"the namespace of the provided object does not match the namespace sent on the request");
        }
    }
}
