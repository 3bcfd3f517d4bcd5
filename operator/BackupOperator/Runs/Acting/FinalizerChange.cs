using System.Text.Json.Nodes;

namespace BackupOperator.Runs;

/// <summary>Adds or removes one finalizer; the resourceVersion is the precondition, because the list is replaced as a whole.</summary>
internal static class FinalizerChange
{
    /// <param name="annotation">Comes with the finalizer in one patch, with this value.</param>
    public static Task AddAsync<T>(IKubernetesClient client, T entity, string finalizer, string annotation, string value, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        var (finalizers, annotations) = (entity.Metadata.Finalizers ?? [], new JsonObject { [annotation] = value });
        return (finalizers.Contains(finalizer), entity.Annotation(annotation) == value) switch
        {
            (true, true) => Task.CompletedTask,
            (true, false) => SetAsync(client, entity, [.. finalizers], annotations, cancellationToken),
            _ => SetAsync(client, entity, [.. finalizers, finalizer], annotations, cancellationToken),
        };
    }

    public static Task RemoveAsync<T>(IKubernetesClient client, T entity, string finalizer, CancellationToken cancellationToken)
        where T : class, IKubernetesObject =>
        entity.Metadata.Finalizers?.Contains(finalizer) == true
            ? SetAsync(client, entity, [.. entity.Metadata.Finalizers.Where(f => f != finalizer)], annotations: null, cancellationToken)
            : Task.CompletedTask;

    private static async Task SetAsync<T>(IKubernetesClient client, T entity, string[] finalizers, JsonObject? annotations, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        var metadata = new JsonObject
        {
            ["uid"] = entity.Metadata.Uid,
            ["resourceVersion"] = entity.Metadata.ResourceVersion,
            ["finalizers"] = new JsonArray([.. finalizers.Select(f => JsonValue.Create(f))]),
        };
        if (annotations is not null)
        {
            metadata["annotations"] = annotations;
        }

        await client.PatchAsync<T>(
            entity.Metadata.Name!, entity.Metadata.Namespace, KubernetesPatch.Merge(new JsonObject { ["metadata"] = metadata }), cancellationToken: cancellationToken);
    }
}
