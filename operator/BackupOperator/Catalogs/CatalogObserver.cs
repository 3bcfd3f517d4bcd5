using System.Security.Cryptography;
using System.Text;
using BackupOperator.Core.Catalogs;
using BackupOperator.Jobs;
using BackupOperator.Pruning;
using BackupOperator.Retention;
using BackupOperator.Runs;

namespace BackupOperator.Catalogs;

/// <summary>Reads what an import has to do with.</summary>
internal sealed class CatalogObserver(IKubernetesClient client, TimeProvider time)
{
    public async Task<CatalogObservation> ObserveAsync(MySqlBackupSchedule schedule, CancellationToken cancellationToken)
    {
        var memory = Read(schedule.Status.Catalog);
        var wanted = Wanted(schedule);
        var job = memory is { Phase: CatalogPhase.Waiting or CatalogPhase.Running } or { HasJob: true }
            ? await client.GetAsync<V1Job>(CatalogJob.NameOf(schedule), schedule.Metadata.Namespace, cancellationToken)
            : null;
        var pageReady = memory?.Phase == CatalogPhase.Running && Page(schedule) is not null;
        var begins = memory is { Phase: CatalogPhase.Waiting or CatalogPhase.Running } && memory.For == wanted && job is null && !pageReady;
        return new CatalogObservation
        {
            Wanted = wanted,
            Memory = memory,
            Job = JobReader.Read(job, schedule.Metadata.Uid!),
            PageReady = pageReady,
            Obstacle = begins ? await ObstacleAsync(schedule, cancellationToken) : null,
        };
    }

    /// <summary>The page that comes next; null where it has not come.</summary>
    public static CatalogPage? Page(MySqlBackupSchedule schedule) =>
        schedule.Status is { Catalog: { } catalog, CatalogPage: { } page } && page.Session == catalog.Session && page.Number == (catalog.Page ?? 0) + 1 ? page : null;

    /// <summary>Why the Job's pod does not start, or how the last one ended; null where it is at work.</summary>
    public async Task<PodObservation?> PodAsync(MySqlBackupSchedule schedule, CancellationToken cancellationToken)
    {
        var query = new ListQuery($"{RunLabels.Run}={CatalogJob.NameOf(schedule)}");
        var pods = (await client.ListAsync<V1Pod>(schedule.Metadata.Namespace, query, cancellationToken)).Items;
        if (pods.MaxBy(p => p.Metadata.CreationTimestamp) is not { } pod)
        {
            return null;
        }

        var read = PodReader.Read(pod, time.GetUtcNow());
        return read.WaitingFor is { } waiting && await Warnings.LastAsync(client, pod, reason: null, cancellationToken) is { } trouble
            ? read with { WaitingFor = $"{waiting}; {(SecretTroubles.Find(pod, trouble)?.Message ?? trouble)}" }
            : read;
    }

    // Read anew, after it was written down that the storage is read: who marks later looks for that.
    private async Task<string?> ObstacleAsync(MySqlBackupSchedule schedule, CancellationToken cancellationToken)
    {
        var (template, @namespace, now) = (schedule.Spec.Template.Spec, schedule.Metadata.Namespace!, time.GetUtcNow());
        var backups = (await client.ListAsync<MySqlBackup>(@namespace, cancellationToken: cancellationToken)).Items;
        var going = backups.FirstOrDefault(b => GoodBackups.AreTogether(b, @namespace, template.Target.StatefulSet, template.Storage)
            && PruneChoice.IsWanted(b) && !(b.Status.Pruning?.NextAttemptTime > now));
        return going is null ? null : $"MySqlBackup {going.Metadata.Name} is being deleted";
    }

    private static CatalogMemory? Read(ScheduleCatalogStatus? status) => status is { Phase: { } phase }
        ? new CatalogMemory(phase, status.For ?? "", status.Attempts ?? 0, status.NextAttemptTime, status.Job is not null)
        : null;

    private static string? Wanted(MySqlBackupSchedule schedule)
    {
        if (!schedule.Spec.Catalog.Import || schedule.Metadata.DeletionTimestamp is not null)
        {
            return null;
        }

        var template = schedule.Spec.Template.Spec;
        var text = string.Join(
            '|', template.Target.StatefulSet, StorageMapper.Identity(template.Storage), template.Encryption is not null, schedule.Spec.Catalog.Adopt, schedule.Annotation(ScheduleMetadata.Import));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));
    }
}
