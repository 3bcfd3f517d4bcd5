using System.Net;
using System.Text.Json.Nodes;
using BackupOperator.Core.Catalogs;
using BackupOperator.Kubernetes.Serialization;
using BackupOperator.Retention;

namespace BackupOperator.Catalogs;

/// <summary>What became of a page.</summary>
/// <param name="Found">Backups that can be restored.</param>
/// <param name="Imported">Those whose resources an import has made, now or before.</param>
internal sealed record TakenPage(int Found, int Imported, IReadOnlyList<CatalogProblem> Problems);

/// <summary>
/// Creates the resources of a page of backups. A resource is created first and filled then, for the API takes no status at
/// a creation: in between it says itself that it is nothing to be run. All of it can be repeated at any time.
/// </summary>
internal sealed class CatalogPageTaker(
    IKubernetesClient client, Func<IEnumerable<MySqlBackup>> backups, Func<IEnumerable<MySqlBackupSchedule>> schedules, TimeProvider time)
{
    private const int MostConflicts = 5;

    public async Task<TakenPage> TakeAsync(MySqlBackupSchedule schedule, CatalogPage page, CancellationToken cancellationToken)
    {
        var wanted = page.Backups.Select(b => b.Result.BackupId).ToHashSet(StringComparer.Ordinal);
        var known = backups().Where(b => b.Metadata.Namespace == schedule.Metadata.Namespace)
            .SelectMany(b => IdsOf(b).Where(wanted.Contains).Distinct().Select(id => (Id: id, Backup: b)))
            .ToLookup(k => k.Id, k => k.Backup, StringComparer.Ordinal);
        var problems = page.Problems.ToList();
        var (found, imported) = (0, 0);
        foreach (var backup in page.Backups)
        {
            try
            {
                imported += await TakeAsync(schedule, backup, [.. known[backup.Result.BackupId]], cancellationToken) ? 1 : 0;
                found++;
            }
            catch (CatalogProblemException e)
            {
                problems.Add(new CatalogProblem(backup.Path, e.Message));
            }
        }

        return new TakenPage(found, imported, problems);
    }

    /// <summary>Removes what was created and never filled, because its backup is not there any more.</summary>
    public async Task RemoveUnfilledAsync(MySqlBackupSchedule schedule, CancellationToken cancellationToken)
    {
        var all = (await client.ListAsync<MySqlBackup>(schedule.Metadata.Namespace, cancellationToken: cancellationToken)).Items;
        foreach (var backup in all.Where(b => b.AwaitsImport && b.Annotation(ScheduleMetadata.ScheduleUid) == schedule.Metadata.Uid))
        {
            try
            {
                await client.DeleteAsync<MySqlBackup>(
                    backup.Metadata.Name!, backup.Metadata.Namespace, new DeleteRequest(Uid: backup.Metadata.Uid, ResourceVersion: backup.Metadata.ResourceVersion), cancellationToken);
            }
            catch (KubernetesApiException e) when (e.IsConflict)
            {
                // Another import has just filled it.
            }
        }
    }

    /// <returns>Whether its resource was made by an import.</returns>
    private async Task<bool> TakeAsync(MySqlBackupSchedule schedule, CatalogBackup found, IReadOnlyList<MySqlBackup> known, CancellationToken cancellationToken)
    {
        if (known.FirstOrDefault(b => !b.AwaitsImport) is { } present)
        {
            return present.Spec.Imported is not null;
        }

        if (IsAnothers(schedule, found))
        {
            return false;
        }

        if (ImportedBackups.Refuse(schedule, found) is { } reason)
        {
            throw new CatalogProblemException(reason);
        }

        var names = ImportedNames.Of(schedule.Spec.Template.Spec.Target.StatefulSet, found.Result.BackupId, found.Result.ReadAt ?? found.FinishedAt, found.Name);
        foreach (var name in names)
        {
            if (await CreateAsync(ImportedBackups.Build(schedule, found, name), cancellationToken) is { } backup && await FillAsync(backup, schedule, found, cancellationToken))
            {
                return backup.Spec.Imported is not null;
            }
        }

        throw new CatalogProblemException($"MySqlBackup {string.Join(" and ", names)} exist and are of other backups; rename or delete one of them");
    }

    /// <returns>The resource of that name, ours or not; null where it has just gone.</returns>
    private async Task<MySqlBackup?> CreateAsync(MySqlBackup backup, CancellationToken cancellationToken)
    {
        try
        {
            return await client.CreateAsync(backup, cancellationToken);
        }
        catch (KubernetesApiException e) when (e.IsAlreadyExists)
        {
            return await client.GetAsync<MySqlBackup>(backup.Metadata.Name!, backup.Metadata.Namespace, cancellationToken);
        }
        catch (KubernetesApiException e) when (e.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.Forbidden or HttpStatusCode.UnprocessableEntity)
        {
            throw new CatalogProblemException($"the API server refuses MySqlBackup {backup.Metadata.Name}: {e.Message}");
        }
    }

    /// <returns>False where it is the resource of another backup.</returns>
    private async Task<bool> FillAsync(MySqlBackup backup, MySqlBackupSchedule schedule, CatalogBackup found, CancellationToken cancellationToken)
    {
        for (var conflicts = 0; ; conflicts++)
        {
            if (!backup.AwaitsImport)
            {
                return IdsOf(backup).Contains(found.Result.BackupId, StringComparer.Ordinal);
            }

            if (!ImportedBackups.IsFor(backup, schedule, found))
            {
                return false;
            }

            try
            {
                var patch = new JsonObject
                {
                    ["metadata"] = new JsonObject { ["uid"] = backup.Metadata.Uid, ["resourceVersion"] = backup.Metadata.ResourceVersion },
                    ["status"] = KubernetesJson.ToNode(ImportedBackups.Describe(backup, found, time.GetUtcNow())),
                };
                await client.PatchAsync<MySqlBackup>(backup.Metadata.Name!, backup.Metadata.Namespace, KubernetesPatch.Merge(patch), "status", cancellationToken);
                return true;
            }
            catch (KubernetesApiException e) when (e.IsConflict && conflicts < MostConflicts)
            {
                // A finalizer was added, or another schedule's import was faster.
                backup = await client.GetAsync<MySqlBackup>(backup.Metadata.Name!, backup.Metadata.Namespace, cancellationToken)
                    ?? throw new KubernetesApiException(HttpStatusCode.Conflict, "Conflict", $"MySqlBackup {backup.Metadata.Name} has just been deleted");
            }
        }
    }

    // Its schedule is there and imports by itself, with its own template.
    private bool IsAnothers(MySqlBackupSchedule schedule, CatalogBackup found)
    {
        var (template, @namespace) = (schedule.Spec.Template.Spec, schedule.Metadata.Namespace);
        return ImportedNames.Schedule(found.Schedule) is { } name && name != schedule.Metadata.Name
            && schedules().Any(s => s.Metadata.Name == name && s.Metadata.Namespace == @namespace && s.Metadata.DeletionTimestamp is null && s.Spec.Catalog.Import
                && s.Spec.Template.Spec.Target.StatefulSet == template.Target.StatefulSet
                && Runs.StorageMapper.Identity(s.Spec.Template.Spec.Storage) == Runs.StorageMapper.Identity(template.Storage));
    }

    // A run writes down its backupId when it begins; it is its uid from the first moment on.
    private static IEnumerable<string> IdsOf(MySqlBackup backup) =>
        new[] { backup.Status.BackupId, backup.AwaitsImport ? backup.Spec.Imported!.BackupId : backup.Metadata.Uid }.OfType<string>();

    private sealed class CatalogProblemException(string message) : Exception(message);
}
