using BackupOperator.Core.Copies;
using BackupOperator.Kubernetes.Events;
using BackupOperator.Metrics;
using BackupOperator.Runs;
using BackupOperator.Statuses;

namespace BackupOperator.Pruning;

/// <summary>Writes down what a prune has reached: resources go after their data. Each step can be repeated without harm.</summary>
internal sealed class PruneSettlement(IKubernetesClient client, StatusWriter statuses, IEventPublisher events, PruneMetrics metrics, TimeProvider time, ILogger<PruneSettlement> logger)
{
    /// <summary>A resource that is being deleted does not wait for its data for ever.</summary>
    public const int MostAttempts = 5;

    private static readonly TimeSpan RefusedAgain = TimeSpan.FromDays(1);

    /// <summary>The data is gone: the resource follows.</summary>
    public async Task GoneAsync(MySqlBackup backup, CancellationToken cancellationToken)
    {
        if (IsOfLeftovers(backup))
        {
            events.Publish(backup, "LeftoversRemoved", $"What the run had stored at {Location(backup)} is deleted");
            await WithdrawAsync(backup, cancellationToken);
            return;
        }

        var because = backup.Status.Pruning?.Because ?? "the resource was deleted, and deletionPolicy is Delete";
        events.Publish(backup, "Pruned", $"{Location(backup)} is deleted: {because}");
        logger.LogInformation("MySqlBackup {Backup} is pruned: {Because}", backup.Metadata.Name, because);
        await FinalizerChange.RemoveAsync(client, backup, DataFinalizer.Name, cancellationToken);

        // Of several backups of one Job each may come here: who has deleted it counts it.
        if (backup.Metadata.DeletionTimestamp is not null
            || await client.DeleteAsync<MySqlBackup>(backup.Metadata.Name!, backup.Metadata.Namespace, new DeleteRequest(Uid: backup.Metadata.Uid), cancellationToken))
        {
            metrics.Gone(backup);
        }
    }

    /// <summary>Folders of backups that never ended are gone.</summary>
    public void Swept(MySqlBackup anyOfTheStorage, int folders) => metrics.Swept(anyOfTheStorage.Metadata.Namespace!, anyOfTheStorage.Spec.Target.StatefulSet, folders);

    /// <summary>Something is left, or all of it.</summary>
    /// <param name="job">The uid of the Job, which is counted once; null where none was made.</param>
    public async Task LeftAsync(MySqlBackup backup, string problem, bool untouched, string? job, CancellationToken cancellationToken)
    {
        var (deleting, before) = (backup.Metadata.DeletionTimestamp is not null, backup.Status.Pruning);
        var isCounted = job is not null && before?.Job == job;
        var attempts = (before?.Attempts ?? 0) + (isCounted ? 0 : 1);
        if ((deleting || IsOfLeftovers(backup)) && (untouched || attempts >= MostAttempts))
        {
            await GiveUpAsync(backup, problem, cancellationToken);
            return;
        }

        if (isCounted)
        {
            return;
        }

        var now = time.GetUtcNow();
        var next = StatusWriter.Clone(backup);
        next.Status.Pruning = new PruningStatus
        {
            Since = before?.Since ?? backup.Metadata.DeletionTimestamp ?? now,
            Because = before?.Because,
            LeftoversOnly = before?.LeftoversOnly,
            Attempts = attempts,
            Message = problem,
            Refused = untouched ? true : null,
            NextAttemptTime = now + (untouched ? RefusedAgain : CopyBackOff.After(attempts)),
            Job = job,
        };
        var (written, _) = await statuses.WriteAsync(backup, next, cancellationToken);
        Warn(written, untouched ? "PruneRefused" : FailureReason.PruneIncomplete, untouched ? $"Nothing is deleted: {problem}" : $"Not all of it is deleted, and is tried again: {problem}");
    }

    /// <summary>It stays: others need it after all, or only leftovers were to go.</summary>
    public async Task WithdrawAsync(MySqlBackup backup, CancellationToken cancellationToken)
    {
        var next = StatusWriter.Clone(backup);
        next.Status.Pruning = null;
        await statuses.WriteAsync(backup, next, cancellationToken);
    }

    /// <summary>Lets the resource of a backup go whose data stays.</summary>
    public async Task GiveUpAsync(MySqlBackup backup, string problem, CancellationToken cancellationToken)
    {
        var copies = string.Concat((backup.Spec.Copies ?? []).Select(c => ", " + StorageMapper.Location(c, backup.Status.Path!)));
        if (IsOfLeftovers(backup))
        {
            Warn(backup, "DataLeft", $"What the failed run has stored stays at {Location(backup)}{copies} until a later deletion sweeps it: {problem}");
            await WithdrawAsync(backup, cancellationToken);
            return;
        }

        Warn(backup, "DataLeft", $"The resource goes, and data stays at {Location(backup)}{copies}: {problem}");
        await FinalizerChange.RemoveAsync(client, backup, DataFinalizer.Name, cancellationToken);
    }

    private static bool IsOfLeftovers(MySqlBackup backup) => backup.Metadata.DeletionTimestamp is null && backup.Status.Pruning?.LeftoversOnly == true;

    private static string Location(MySqlBackup backup) => backup.Status.Location ?? StorageMapper.Location(backup.Spec.Storage, backup.Status.Path!);

    private void Warn(MySqlBackup backup, string reason, string message)
    {
        metrics.Failed(backup, reason);
        events.Publish(backup, reason, message, EventType.Warning);
        logger.LogWarning("{Reason}: {Backup}: {Message}", reason, backup.Metadata.Name, message);
    }
}
