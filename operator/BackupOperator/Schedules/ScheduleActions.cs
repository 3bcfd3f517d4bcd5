using System.Net;
using System.Text.Json.Nodes;
using BackupOperator.Core.Scheduling;

namespace BackupOperator.Schedules;

/// <summary>Does what was decided about a schedule. Each step can be repeated without harm.</summary>
internal sealed class ScheduleActions(IKubernetesClient client)
{
    /// <summary>Asks backups to end: they undo their work first.</summary>
    public async Task CancelAsync(MySqlBackupSchedule schedule, IEnumerable<string> names, CancellationToken cancellationToken)
    {
        foreach (var name in names)
        {
            try
            {
                await client.PatchAsync<MySqlBackup>(
                    name, schedule.Metadata.Namespace, KubernetesPatch.Merge(new JsonObject { ["spec"] = new JsonObject { ["cancel"] = true } }), cancellationToken: cancellationToken);
            }
            catch (KubernetesApiException e) when (e.IsNotFound)
            {
                // It is gone: as good as ended.
            }
        }
    }

    /// <returns>Why the API server does not take the backup; null where it is there.</returns>
    public async Task<string?> CreateAsync(MySqlBackupSchedule schedule, RunStart start, CancellationToken cancellationToken)
    {
        try
        {
            await client.CreateAsync(BackupFromTemplate.Build(schedule, start), cancellationToken);
            return null;
        }
        catch (KubernetesApiException e) when (e.IsAlreadyExists)
        {
            // An operator that died before it wrote this down has created it; or someone else something else.
            return await client.GetAsync<MySqlBackup>(start.Name, schedule.Metadata.Namespace, cancellationToken) is { } found && !BackupFromTemplate.Is(found, schedule, start)
                ? $"there is a MySqlBackup {start.Name} that this schedule has not created for it; rename or delete it"
                : null;
        }
        catch (KubernetesApiException e) when (e.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.Forbidden or HttpStatusCode.UnprocessableEntity)
        {
            return $"the API server refuses the MySqlBackup: {e.Message}";
        }
    }

    public async Task DeleteAsync(MySqlBackupSchedule schedule, IEnumerable<MySqlBackup> backups, CancellationToken cancellationToken)
    {
        foreach (var backup in backups)
        {
            await client.DeleteAsync<MySqlBackup>(backup.Metadata.Name!, schedule.Metadata.Namespace, new DeleteRequest(Uid: backup.Metadata.Uid), cancellationToken);
        }
    }
}
