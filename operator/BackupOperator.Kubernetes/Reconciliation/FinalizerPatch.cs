using System.Text.Json.Nodes;
using BackupOperator.Kubernetes.Client;
using BackupOperator.Kubernetes.Models;

namespace BackupOperator.Kubernetes.Reconciliation;

/// <summary>
/// Adds and removes finalizers by a merge patch with the resourceVersion as precondition: the list is replaced as a whole,
/// and must not undo what another has done meanwhile.
/// </summary>
internal static class FinalizerPatch
{
    public static Task<T> AddAsync<T>(IKubernetesClient client, T entity, IEnumerable<string> identifiers, CancellationToken cancellationToken)
        where T : class, IKubernetesObject =>
        SetAsync(client, entity, [.. entity.Metadata.Finalizers ?? [], .. identifiers], cancellationToken);

    public static Task<T> RemoveAsync<T>(IKubernetesClient client, T entity, IReadOnlyCollection<string> identifiers, CancellationToken cancellationToken)
        where T : class, IKubernetesObject =>
        SetAsync(client, entity, [.. (entity.Metadata.Finalizers ?? []).Where(f => !identifiers.Contains(f))], cancellationToken);

    private static Task<T> SetAsync<T>(IKubernetesClient client, T entity, string[] finalizers, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["uid"] = entity.Metadata.Uid,
                ["resourceVersion"] = entity.Metadata.ResourceVersion,
                ["finalizers"] = new JsonArray([.. finalizers.Select(f => JsonValue.Create(f))]),
            },
        };
        return client.PatchAsync<T>(entity.Metadata.Name!, entity.Metadata.Namespace, KubernetesPatch.Merge(patch), null, cancellationToken);
    }
}
