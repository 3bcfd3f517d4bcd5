using BackupOperator.Kubernetes.Events;
using BackupOperator.Schedules;
using BackupOperator.Statuses;

namespace BackupOperator.Retention;

/// <summary>
/// Decides for a schedule what goes, and writes that into the backups: from then on nothing builds on them or reads them.
/// Who deletes them looks at everything anew before it does.
/// </summary>
internal sealed class RetentionKeeper(
    Func<IEnumerable<MySqlBackup>> backups, Func<IEnumerable<MySqlRestore>> restores, StatusWriter statuses, IEventPublisher events, TimeProvider time, ILogger<RetentionKeeper> logger)
{
    /// <returns>Null where the schedule keeps everything.</returns>
    public RetentionReview? Review(MySqlBackupSchedule schedule) => schedule.Spec.Retention is null || schedule.Metadata.DeletionTimestamp is not null
        ? null
        : RetentionReview.Of(schedule, backups(), [.. restores()], TimeZones.Find(schedule.Spec.TimeZone), time.GetUtcNow());

    /// <summary>Tells what would go, where it is other than before.</summary>
    public void Tell(MySqlBackupSchedule schedule, RetentionStatus? before, RetentionReview? review)
    {
        if (review is null || !schedule.Spec.Retention!.DryRun)
        {
            return;
        }

        var now = review.Describe();
        var known = (before?.Next ?? []).Select(n => n.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var removal in (now.Next ?? []).Where(n => !known.Contains(n.Name)))
        {
            events.Publish(schedule, "WouldRemove", $"Without dryRun, MySqlBackup {removal.Name} would be removed: {removal.Why}");
        }
    }

    public async Task DecideAsync(MySqlBackupSchedule schedule, RetentionReview? review, CancellationToken cancellationToken)
    {
        if (review is null or { Postponed: not null } || schedule.Spec.Retention!.DryRun)
        {
            return;
        }

        foreach (var (backup, why) in review.Removals)
        {
            await MarkAsync(backup, $"schedule {schedule.Metadata.Name}: {why}", cancellationToken);
        }
    }

    /// <summary>Writes down that a backup goes; one that was refused lately is left for another time.</summary>
    public async Task MarkAsync(MySqlBackup backup, string because, CancellationToken cancellationToken)
    {
        if (backup.Status.Pruning?.NextAttemptTime > time.GetUtcNow())
        {
            return;
        }

        var next = StatusWriter.Clone(backup);
        next.Status.Pruning = new PruningStatus { Since = time.GetUtcNow(), Because = because };
        var (written, _) = await statuses.WriteAsync(backup, next, cancellationToken);
        events.Publish(written, "Expired", $"The backup is removed: {because}");
        logger.LogInformation("MySqlBackup {Backup} is removed: {Because}", backup.Metadata.Name, because);
    }
}
