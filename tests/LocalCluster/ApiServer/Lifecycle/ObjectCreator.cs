using BackupOperator.LocalCluster.ApiServer.Registry;
using BackupOperator.LocalCluster.ApiServer.Storage;

namespace BackupOperator.LocalCluster.ApiServer.Lifecycle;

/// <summary>Stores new objects.</summary>
internal sealed class ObjectCreator(ClusterState state)
{
    private const int GenerateNameTries = 8;

    /// <returns>The stored object; for a dry run what would have been stored.</returns>
    public JsonObject Create(ResourceDefinition definition, string @namespace, JsonObject body, WriteContext context)
    {
        TypeChecks.Require(definition, body);
        var metadata = body.Child("metadata");
        TypeChecks.RequireNamespace(definition, @namespace, metadata);
        if (!string.IsNullOrEmpty(metadata.Text("resourceVersion")))
        {
            throw new ApiStatusException(500, "", "resourceVersion should not be set on objects to be created");
        }

        if (definition.Namespaced)
        {
            RequireLivingNamespace(definition, @namespace, metadata);
        }

        var prefix = metadata.Text("generateName");
        for (var attempt = 1; ; attempt++)
        {
            var candidate = JsonNodes.CopyObject(body);
            var generated = string.IsNullOrEmpty(metadata.Text("name")) && !string.IsNullOrEmpty(prefix);
            if (generated)
            {
                candidate.Child("metadata")["name"] = ObjectNames.Generate(prefix!, state.Random);
            }

            Prepare(definition, @namespace, candidate, context);
            var name = candidate.Text("metadata", "name")!;
            if (context.DryRun)
            {
                return state.Store.Get(definition.StorageKind, @namespace, name) is null
                    ? candidate
                    : throw ApiErrors.AlreadyExists(definition.Group, definition.Plural, name);
            }

            if (state.Store.Add(definition.StorageKind, @namespace, name, Versions.Stored(candidate)) is { } stored)
            {
                return stored.Body;
            }

            if (!generated || attempt == GenerateNameTries)
            {
                throw ApiErrors.AlreadyExists(definition.Group, definition.Plural, name);
            }
        }
    }

    private void Prepare(ResourceDefinition definition, string @namespace, JsonObject body, WriteContext context)
    {
        var metadata = body.Child("metadata");
        var managed = metadata["managedFields"];
        foreach (var name in (string[])["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "generation", "managedFields"])
        {
            metadata.Remove(name);
        }

        metadata["uid"] = Guid.NewGuid().ToString();
        metadata["creationTimestamp"] = Timestamps.Format(state.Time.GetUtcNow());
        if (definition.Namespaced)
        {
            metadata["namespace"] = @namespace;
        }

        if (definition.HasGeneration)
        {
            metadata["generation"] = 1;
        }

        if (definition is { HasStatus: true, IsCustom: true })
        {
            body.Remove("status");
        }

        var errors = ObjectNames.ValidateMetadata(definition, metadata).ToList();
        errors.AddRange(SchemaRules.Apply(definition, body, null, context));
        if (errors.Count == 0)
        {
            definition.Strategy.PrepareForCreate(body, state.For(definition));
            errors.AddRange(definition.Strategy.Validate(body));
        }

        if (errors.Count > 0)
        {
            throw definition.Invalid(metadata.Text("name") ?? "", errors);
        }

        context.Admit?.Invoke(body);

        if (context.KeepManagedFields)
        {
            metadata["managedFields"] = managed;
        }
        else
        {
            ManagedFieldsRules.Track(definition, body, null, context, state.Time);
        }
    }

    private void RequireLivingNamespace(ResourceDefinition definition, string @namespace, JsonObject metadata)
    {
        var stored = state.Store.Get("/namespaces", "", @namespace) ?? throw ApiErrors.NotFound("", "namespaces", @namespace);
        if (stored.Body.Text("metadata", "deletionTimestamp") is not null)
        {
            throw ApiErrors.Forbidden(
                definition.Group,
                definition.Plural,
                metadata.Text("name") ?? "",
                $"unable to create new content in namespace {@namespace} because it is being terminated",
                new JsonArray(new JsonObject { ["reason"] = "NamespaceTerminating", ["message"] = $"namespace {@namespace} is being terminated", ["field"] = "metadata.namespace" }));
        }
    }
}
