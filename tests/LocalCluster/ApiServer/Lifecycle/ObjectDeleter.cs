using BackupOperator.LocalCluster.ApiServer.Registry;
using BackupOperator.LocalCluster.ApiServer.Storage;

namespace BackupOperator.LocalCluster.ApiServer.Lifecycle;

/// <summary>Deletes objects, or marks them where finalizers or a grace period still hold them.</summary>
internal sealed class ObjectDeleter(ClusterState state)
{
    public const string ForegroundFinalizer = "foregroundDeletion";
    public const string OrphanFinalizer = "orphan";

    /// <returns>The object's last state, and whether it is gone.</returns>
    public (JsonObject Body, bool Gone) Delete(ResourceDefinition definition, string @namespace, string name, DeleteOptions options)
    {
        while (true)
        {
            var current = state.Store.Get(definition.StorageKind, @namespace, name) ?? throw definition.NotFound(name);
            Check(definition, current, options);
            var body = current.Copy();
            var metadata = body.Child("metadata");
            var grace = definition.Strategy.GracePeriodSeconds(body, options.GracePeriodSeconds);
            AddPropagationFinalizer(definition, metadata, options, grace);
            var held = metadata["finalizers"] is JsonArray { Count: > 0 } || grace > 0 || (definition is { Group: "", Plural: "namespaces" } && body.At("spec", "finalizers") is JsonArray { Count: > 0 });
            Mark(definition, body, metadata, grace);
            if (options.DryRun)
            {
                return (body, !held);
            }

            if (held && JsonNodes.Same(body, current.Body))
            {
                return (body, false);
            }

            var stored = held ? state.Store.Replace(current, body) : state.Store.Remove(current, body);
            if (stored is not null)
            {
                return (stored.Body, !held);
            }
        }
    }

    private static void Check(ResourceDefinition definition, StoredObject current, DeleteOptions options)
    {
        if (options.Uid is { } uid && uid != current.Uid)
        {
            throw ApiErrors.Conflict(definition.Group, definition.Kind, current.Name, $"the UID in the precondition ({uid}) does not match the UID in record ({current.Uid}). The object might have been deleted and then recreated");
        }

        var version = current.Body.Text("metadata", "resourceVersion");
        if (options.ResourceVersion is { } asked && asked != version)
        {
            throw ApiErrors.Conflict(definition.Group, definition.Kind, current.Name, $"the ResourceVersion in the precondition ({asked}) does not match the ResourceVersion in record ({version}). The object might have been modified");
        }
    }

    private static void AddPropagationFinalizer(ResourceDefinition definition, JsonObject metadata, DeleteOptions options, long grace)
    {
        if (definition is { Group: "", Plural: "namespaces" })
        {
            return;
        }

        _ = grace;
        var finalizers = metadata.Texts("finalizers").ToList();
        if (options.Propagation is null && (finalizers.Contains(ForegroundFinalizer) || finalizers.Contains(OrphanFinalizer)))
        {
            return;
        }

        finalizers.RemoveAll(finalizer => finalizer is ForegroundFinalizer or OrphanFinalizer);
        switch (options.Propagation ?? definition.Strategy.DefaultPropagation)
        {
            case "Foreground":
                finalizers.Add(ForegroundFinalizer);
                break;
            case "Orphan":
                finalizers.Add(OrphanFinalizer);
                break;
        }

        if (finalizers.Count > 0)
        {
            metadata["finalizers"] = new JsonArray([.. finalizers.Select(finalizer => JsonValue.Create(finalizer))]);
        }
        else
        {
            metadata.Remove("finalizers");
        }
    }

    private void Mark(ResourceDefinition definition, JsonObject body, JsonObject metadata, long grace)
    {
        var now = state.Time.GetUtcNow();
        var marked = metadata.Text("deletionTimestamp") is not null;
        if (!marked || grace < (metadata.Number("deletionGracePeriodSeconds") ?? 0))
        {
            if (!marked && definition.HasGeneration)
            {
                metadata["generation"] = (metadata.Number("generation") ?? 0) + 1;
            }

            metadata["deletionTimestamp"] = Timestamps.Format(now.AddSeconds(grace));
            metadata["deletionGracePeriodSeconds"] = grace;
        }

        if (definition is { Group: "", Plural: "namespaces" })
        {
            body.Child("status")["phase"] = "Terminating";
        }
    }
}
