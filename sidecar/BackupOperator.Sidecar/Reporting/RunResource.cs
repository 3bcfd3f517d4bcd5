using System.Net;
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

    /// <summary>Replaces fields of the status, of this very resource only.</summary>
    /// <param name="fields">JSON pointers below the status (<c>/report</c>) and the values that they get.</param>
    /// <exception cref="KubernetesApiException">
    /// <see cref="KubernetesApiException.IsNotFound"/>: the resource is gone, or another one has its name.
    /// </exception>
    public async Task SetStatusAsync(IReadOnlyDictionary<string, JsonNode> fields, CancellationToken cancellationToken)
    {
        try
        {
            await PatchAsync(Operations(fields, first: null), cancellationToken);
        }
        catch (KubernetesApiException refused) when (refused.StatusCode == HttpStatusCode.UnprocessableEntity)
        {
            // The test of the uid failed, or there is no status yet to which a field can be added.
            var entity = await ReadAsync(cancellationToken)
                ?? throw new KubernetesApiException(HttpStatusCode.NotFound, "NotFound", $"{run.ResourceKind} {run.Namespace}/{run.Name} of uid {run.Uid} is gone.");
            if (entity.RunStatus.PhaseName is not null)
            {
                throw;
            }

            await PatchAsync(Operations(fields, first: entity.Metadata.ResourceVersion), cancellationToken);
        }
    }

    // A uid in a merge patch of a custom resource's status is no precondition: the API server drops all metadata there.
    private JsonArray Operations(IReadOnlyDictionary<string, JsonNode> fields, string? first)
    {
        JsonArray operations = [Operation("test", "/metadata/uid", run.Uid)];
        if (first is not null)
        {
            operations.Add(Operation("test", "/metadata/resourceVersion", first));
            operations.Add(Operation("add", "/status", new JsonObject()));
        }

        foreach (var (pointer, value) in fields)
        {
            operations.Add(Operation("add", "/status" + pointer, value.DeepClone()));
        }

        return operations;
    }

    private static JsonObject Operation(string op, string path, JsonNode? value) => new() { ["op"] = op, ["path"] = path, ["value"] = value };

    private Task PatchAsync(JsonArray operations, CancellationToken cancellationToken)
    {
        var patch = KubernetesPatch.Json(operations);
        return run.ResourceKind == MySqlRestore.KindName
            ? kubernetes.PatchAsync<MySqlRestore>(run.Name, run.Namespace, patch, "status", cancellationToken)
            : kubernetes.PatchAsync<MySqlBackup>(run.Name, run.Namespace, patch, "status", cancellationToken);
    }
}
