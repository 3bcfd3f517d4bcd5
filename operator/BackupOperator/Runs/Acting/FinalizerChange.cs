using System.Text.Json.Nodes;

namespace BackupOperator.Runs;

/// <summary>Adds or removes one finalizer; the resourceVersion is the precondition, because the list is replaced as a whole.</summary>
internal static class FinalizerChange
{
    public static Task AddAsync<T>(IKubernetesClient client, T entity, string finalizer, CancellationToken cancellationToken)
        where T : class, IKubernetesObject =>
        entity.Metadata.Finalizers?.Contains(finalizer) == true
            ? Task.CompletedTask
            : SetAsync(client, entity, [.. entity.Metadata.Finalizers ?? [], finalizer], cancellationToken);

    public static Task RemoveAsync<T>(IKubernetesClient client, T entity, string finalizer, CancellationToken cancellationToken)
        where T : class, IKubernetesObject =>
        entity.Metadata.Finalizers?.Contains(finalizer) == true
            ? SetAsync(client, entity, [.. entity.Metadata.Finalizers.Where(f => f != finalizer)], cancellationToken)
            : Task.CompletedTask;

    private static async Task SetAsync<T>(IKubernetesClient client, T entity, string[] finalizers, CancellationToken cancellationToken)
        where T : class, IKubernetesObject =>
        await client.PatchAsync<T>(
            entity.Metadata.Name!,
            entity.Metadata.Namespace,
            KubernetesPatch.Merge(new JsonObject
            {
                ["metadata"] = new JsonObject
                {
                    ["uid"] = entity.Metadata.Uid,
                    ["resourceVersion"] = entity.Metadata.ResourceVersion,
                    ["finalizers"] = new JsonArray([.. finalizers.Select(f => JsonValue.Create(f))]),
                },
            }),
            cancellationToken: cancellationToken);
}
