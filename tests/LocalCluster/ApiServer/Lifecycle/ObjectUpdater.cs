using BackupOperator.LocalCluster.ApiServer.Registry;
using BackupOperator.LocalCluster.ApiServer.Storage;

namespace BackupOperator.LocalCluster.ApiServer.Lifecycle;

/// <summary>Changes stored objects under optimistic concurrency.</summary>
internal sealed class ObjectUpdater(ClusterState state)
{
    private static readonly string[] FixedMetadata = ["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "generation", "name", "namespace", "generateName"];

    /// <summary>Replaces an object by what <paramref name="mutate"/> makes of its present state; runs again where somebody was faster and no resourceVersion was asked for.</summary>
    /// <param name="mutate">Gets a copy it may change.</param>
    public JsonObject Update(ResourceDefinition definition, string @namespace, string name, Func<JsonObject, JsonObject> mutate, WriteContext context)
    {
        while (true)
        {
            var current = state.Store.Get(definition.StorageKind, @namespace, name) ?? throw definition.NotFound(name);
            var old = Versions.Present(definition, current.Body);
            var desired = mutate(JsonNodes.CopyObject(old));
            var asked = desired.Text("metadata", "resourceVersion");
            if (!string.IsNullOrEmpty(asked) && asked != current.Body.Text("metadata", "resourceVersion"))
            {
                throw definition.Conflict(name);
            }

            Prepare(definition, name, desired, old, context);
            if (context.DryRun || SameBut(desired, old))
            {
                return context.DryRun ? desired : current.Body;
            }

            var kept = Versions.Stored(desired);
            var stored = IsOver(desired) ? state.Store.Remove(current, kept) : state.Store.Replace(current, kept);
            if (stored is not null)
            {
                return stored.Body;
            }
        }
    }

    /// <summary>An object whose deletion waited only for its finalizers goes with the last of them.</summary>
    private static bool IsOver(JsonObject body) =>
        body.Text("metadata", "deletionTimestamp") is not null &&
        body.At("metadata", "finalizers") is not JsonArray { Count: > 0 } &&
        body.Number("metadata", "deletionGracePeriodSeconds") is null or 0 &&
        !(body.Text("kind") == "Namespace" && body.At("spec", "finalizers") is JsonArray { Count: > 0 });

    private static bool SameBut(JsonObject desired, JsonObject old)
    {
        var left = JsonNodes.CopyObject(desired);
        var right = JsonNodes.CopyObject(old);
        foreach (var side in (JsonObject[])[left, right])
        {
            foreach (var entry in side.Objects("metadata", "managedFields"))
            {
                entry.Remove("time");
            }
        }

        return JsonNodes.Same(left, right);
    }

    private void Prepare(ResourceDefinition definition, string name, JsonObject desired, JsonObject old, WriteContext context)
    {
        TypeChecks.Require(definition, desired);
        var metadata = desired.Child("metadata");
        var oldMetadata = (JsonObject)old["metadata"]!;
        if (!string.IsNullOrEmpty(metadata.Text("name")) && metadata.Text("name") != name)
        {
            throw ApiErrors.BadRequest($"the name of the object ({metadata.Text("name")}) does not match the name on the URL ({name})");
        }

        var managed = metadata["managedFields"];
        TypeChecks.RequireNamespace(definition, oldMetadata.Text("namespace") ?? "", metadata);
        var statedUid = context.Subresource == "status" && definition.IsCustom ? null : metadata.Text("uid");
        if (context.Subresource == "status")
        {
            KeepAllButStatus(definition, desired, old);
            metadata = desired.Child("metadata");
        }
        else if (definition.HasStatus && context.Subresource.Length == 0)
        {
            Copy(old, desired, "status");
        }

        var errors = new List<FieldError>();
        if (statedUid is { Length: > 0 } uid && uid != oldMetadata.Text("uid"))
        {
            errors.Add(FieldError.Invalid("metadata.uid", JsonValue.Create(uid), "field is immutable"));
        }

        foreach (var fixedName in FixedMetadata)
        {
            Copy(oldMetadata, metadata, fixedName);
        }

        metadata["resourceVersion"] = oldMetadata.Text("resourceVersion");
        errors.AddRange(FinalizerProblems(metadata, oldMetadata));
        errors.AddRange(ObjectNames.ValidateMetadata(definition, metadata));
        errors.AddRange(SchemaRules.Apply(definition, desired, old, context));
        if (errors.Count == 0)
        {
            if (context.Subresource.Length == 0)
            {
                definition.Strategy.PrepareForUpdate(desired, old, state.For(definition));
                errors.AddRange(definition.Strategy.Validate(desired));
                errors.AddRange(definition.Strategy.ValidateUpdate(desired, old));
            }
        }

        if (errors.Count > 0)
        {
            throw definition.Invalid(name, errors);
        }

        context.Admit?.Invoke(desired);

        if (definition.HasGeneration && ContentChanged(definition, desired, old))
        {
            metadata["generation"] = (oldMetadata.Number("generation") ?? 0) + 1;
        }

        if (context.KeepManagedFields)
        {
            Set(metadata, "managedFields", managed);
        }
        else
        {
            ManagedFieldsRules.Track(definition, desired, old, context, state.Time);
        }
    }

    private static void KeepAllButStatus(ResourceDefinition definition, JsonObject desired, JsonObject old)
    {
        var status = desired["status"];
        var metadata = desired["metadata"] as JsonObject;
        foreach (var field in desired.Select(pair => pair.Key).ToList())
        {
            desired.Remove(field);
        }

        foreach (var (field, value) in old)
        {
            desired[field] = JsonNodes.Copy(value);
        }

        Set(desired, "status", status);
        if (!definition.IsCustom && metadata is not null)
        {
            // Built-in kinds let the status subresource change labels and annotations too.
            foreach (var field in (string[])["labels", "annotations", "finalizers", "ownerReferences"])
            {
                Copy(metadata, desired.Child("metadata"), field);
            }
        }
    }

    private static IEnumerable<FieldError> FinalizerProblems(JsonObject metadata, JsonObject old)
    {
        if (old.Text("deletionTimestamp") is null)
        {
            yield break;
        }

        var known = old.Texts("finalizers").ToHashSet(StringComparer.Ordinal);
        var added = metadata.Texts("finalizers").Where(finalizer => !known.Contains(finalizer)).ToList();
        if (added.Count > 0)
        {
            yield return FieldError.Forbidden(
                "metadata.finalizers",
                $"no new finalizers can be added if the object is being deleted, found new finalizers []string{{{string.Join(", ", added.Select(finalizer => $"\"{finalizer}\""))}}}");
        }
    }

    /// <summary>Whether anything changed that <c>metadata.generation</c> counts: all but metadata and status.</summary>
    private static bool ContentChanged(ResourceDefinition definition, JsonObject desired, JsonObject old)
    {
        if (!definition.IsCustom)
        {
            return !JsonNodes.Same(desired["spec"], old["spec"]);
        }

        foreach (var field in desired.Select(pair => pair.Key).Union(old.Select(pair => pair.Key), StringComparer.Ordinal))
        {
            if (field != "metadata" && !(field == "status" && definition.HasStatus) && !JsonNodes.Same(desired[field], old[field]))
            {
                return true;
            }
        }

        return false;
    }

    private static void Copy(JsonObject from, JsonObject to, string name) => Set(to, name, from[name]);

    private static void Set(JsonObject target, string name, JsonNode? value)
    {
        if (value is null)
        {
            target.Remove(name);
        }
        else
        {
            target[name] = JsonNodes.Copy(value);
        }
    }
}
