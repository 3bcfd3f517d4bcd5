using System.Text.Json.Nodes;
using BackupOperator.Kubernetes.Serialization;

namespace BackupOperator.Statuses;

/// <summary>
/// Writes the operator's part of a status: only what has changed, and never what the sidecar writes. The
/// resourceVersion is the precondition, so that no decision outlives the world it was made for.
/// </summary>
internal sealed class StatusWriter(IKubernetesClient client)
{
    private static readonly string[] SidecarFields = ["report", "progress", "catalogPage"];

    /// <returns>The resource as it is now, and whether anything was written.</returns>
    public async Task<(TEntity Entity, bool Written)> WriteAsync<TEntity>(TEntity before, TEntity after, CancellationToken cancellationToken)
        where TEntity : class, IKubernetesObject
    {
        if (MergeDiff.Between(StatusOf(before), StatusOf(after)) is not { } diff)
        {
            return (after, false);
        }

        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject { ["uid"] = before.Metadata.Uid, ["resourceVersion"] = before.Metadata.ResourceVersion },
            ["status"] = diff,
        };
        var written = await client.PatchAsync<TEntity>(
            before.Metadata.Name!, before.Metadata.Namespace, KubernetesPatch.Merge(patch), "status", cancellationToken);
        return (written, true);
    }

    public static TEntity Clone<TEntity>(TEntity entity)
        where TEntity : class, IKubernetesObject => KubernetesJson.FromNode<TEntity>(KubernetesJson.ToNode(entity))!;

    private static JsonObject StatusOf<TEntity>(TEntity entity)
        where TEntity : class, IKubernetesObject
    {
        var status = KubernetesJson.ToNode(entity)["status"]?.AsObject() ?? [];
        foreach (var field in SidecarFields)
        {
            status.Remove(field);
        }

        return status;
    }
}
