using BackupOperator.LocalCluster.ApiServer.Lifecycle;
using BackupOperator.LocalCluster.ApiServer.Patching.Apply;
using BackupOperator.LocalCluster.ApiServer.Requests;

namespace BackupOperator.LocalCluster.ApiServer.Handlers;

/// <summary>Server-side apply.</summary>
internal sealed class ApplyHandler(ClusterState state)
{
    private readonly ObjectCreator creator = new(state);
    private readonly ObjectUpdater updater = new(state);

    public (JsonObject Body, bool Created) Apply(ApiRequest request, JsonObject applied, WriteContext context)
    {
        Check(request, applied);
        var definition = request.Definition;
        var name = request.Info.Name;
        var @namespace = request.Info.Namespace;
        applied.Child("metadata")["name"] ??= name;
        if (definition.Namespaced)
        {
            applied.Child("metadata")["namespace"] ??= @namespace;
        }

        var manager = new ManagedFieldsEntry(request.Query("fieldManager")!, "Apply", definition.ApiVersion, request.Info.Subresource, Timestamps.Format(state.Time.GetUtcNow()), new FieldSet());
        var kept = context with { KeepManagedFields = true };
        JsonObject Merge(JsonObject current) => ServerSideApply.Apply(current, Relevant(request, applied), definition.MergeSchema, manager, request.QueryFlag("force"));
        if (state.Store.Get(definition.StorageKind, @namespace, name) is null && request.Info.Subresource.Length == 0)
        {
            if (applied.Text("metadata", "uid") is { Length: > 0 } uid)
            {
                throw definition.Conflict(name, $"uid mismatch: the provided object specified uid {uid}, and no existing object was found");
            }

            return (creator.Create(definition, @namespace, Merge([]), kept), true);
        }

        return (updater.Update(definition, @namespace, name, Merge, kept), false);
    }

    private static void Check(ApiRequest request, JsonObject applied)
    {
        if (string.IsNullOrEmpty(request.Query("fieldManager")))
        {
            throw ApiErrors.Invalid("meta.k8s.io", "PatchOptions", "", [FieldError.Required("fieldManager", "is required for apply patch")]);
        }

        TypeChecks.RequireStated(applied);
        TypeChecks.Require(request.Definition, applied);
        if (applied.At("metadata", "managedFields") is JsonArray { Count: > 0 })
        {
            throw ApiErrors.BadRequest("metadata.managedFields must be nil");
        }
    }

    /// <summary>What counts of a configuration: not the status on the object, nothing but the status on the subresource.</summary>
    private static JsonObject Relevant(ApiRequest request, JsonObject applied)
    {
        var copy = JsonNodes.CopyObject(applied);
        if (request.Info.Subresource == "status")
        {
            foreach (var name in copy.Select(pair => pair.Key).Where(name => name is not ("apiVersion" or "kind" or "metadata" or "status")).ToList())
            {
                copy.Remove(name);
            }
        }
        else if (request.Definition.HasStatus)
        {
            copy.Remove("status");
        }

        return copy;
    }
}
