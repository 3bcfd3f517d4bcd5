using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using BackupOperator.Api.Entities;
using BackupOperator.Kubernetes.Client;
using BackupOperator.Kubernetes.Serialization;

namespace BackupOperator.Sidecar.Catalogs;

/// <summary>The status of the schedule that is told what there is. A page takes the place of the one before, and only when that one is dealt with.</summary>
public sealed class CatalogPost(IKubernetesClient kubernetes, RunSpec run)
{
    /// <returns>How far the operator is with this attempt; null where nobody waits for it any more.</returns>
    public async Task<ScheduleCatalogStatus?> ReadAsync(CancellationToken cancellationToken)
    {
        var schedule = await kubernetes.GetAsync<MySqlBackupSchedule>(run.Name, run.Namespace, cancellationToken);
        return schedule?.Metadata.Uid == run.Uid && schedule.Status.Catalog is { } catalog && catalog.Session == run.Catalog!.Session
            && catalog.Phase == Core.Catalogs.CatalogPhase.Running ? catalog : null;
    }

    /// <returns>False where the operator is not where the page goes on from: read again.</returns>
    public async Task<bool> TryPutAsync(CatalogPage page, CancellationToken cancellationToken)
    {
        JsonArray operations =
        [
            Operation("test", "/metadata/uid", run.Uid),
            Operation("test", "/status/catalog/session", page.Session),
            page.Number > 1 ? Operation("test", "/status/catalog/page", page.Number - 1) : Operation("test", "/status/catalog/phase", nameof(Core.Catalogs.CatalogPhase.Running)),
            Operation("add", "/status/catalogPage", JsonSerializer.SerializeToNode(page, KubernetesJson.Options)),
        ];
        return await TryPatchAsync(operations, cancellationToken);
    }

    /// <summary>Takes the last page away: it is of no use any more.</summary>
    public Task RemoveAsync(CancellationToken cancellationToken) => TryPatchAsync(
        [Operation("test", "/metadata/uid", run.Uid), Operation("test", "/status/catalogPage/session", run.Catalog!.Session), new JsonObject { ["op"] = "remove", ["path"] = "/status/catalogPage" }],
        cancellationToken);

    private async Task<bool> TryPatchAsync(JsonArray operations, CancellationToken cancellationToken)
    {
        try
        {
            await kubernetes.PatchAsync<MySqlBackupSchedule>(run.Name, run.Namespace, KubernetesPatch.Json(operations), "status", cancellationToken);
            return true;
        }
        catch (KubernetesApiException refused) when (refused.StatusCode is HttpStatusCode.UnprocessableEntity or HttpStatusCode.NotFound)
        {
            return false;
        }
    }

    private static JsonObject Operation(string op, string path, JsonNode? value) => new() { ["op"] = op, ["path"] = path, ["value"] = value };
}
