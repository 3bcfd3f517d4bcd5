using System.Text.Json.Nodes;
using BackupOperator.Api.Entities;
using BackupOperator.Kubernetes.Client;

namespace BackupOperator.Sidecar.Reporting;

/// <summary>The MySqlBackup or MySqlRestore that a run reports to.</summary>
public sealed class RunResource(IKubernetesClient kubernetes, RunSpec run)
{
    /// <returns>Null where it does not exist any more, or another one has its name.</returns>
    public async Task<IRunEntity?> ReadAsync(CancellationToken cancellationToken)
    {
        IRunEntity? entity = run.ResourceKind == MySqlRestore.KindName
            ? await kubernetes.GetAsync<MySqlRestore>(run.Name, run.Namespace, cancellationToken)
            : await kubernetes.GetAsync<MySqlBackup>(run.Name, run.Namespace, cancellationToken);
        return entity?.Metadata.Uid == run.Uid ? entity : null;
    }

    /// <summary>Merges into the status; the uid is a precondition.</summary>
    public Task PatchStatusAsync(JsonObject status, CancellationToken cancellationToken)
    {
        var patch = KubernetesPatch.Merge(new JsonObject
        {
            ["metadata"] = new JsonObject { ["uid"] = run.Uid },
            ["status"] = status,
        });
        return run.ResourceKind == MySqlRestore.KindName
            ? kubernetes.PatchAsync<MySqlRestore>(run.Name, run.Namespace, patch, "status", cancellationToken)
            : kubernetes.PatchAsync<MySqlBackup>(run.Name, run.Namespace, patch, "status", cancellationToken);
    }
}
