using BackupOperator.Core.Backups;
using BackupOperator.Core.Durations;
using BackupOperator.Core.Retention;
using BackupOperator.Statuses;

namespace BackupOperator.Retention;

/// <summary>Lets backups go whose <c>spec.retention.ttl</c> is over.</summary>
internal sealed class BackupExpiry(
    Func<IEnumerable<MySqlBackup>> backups, Func<IEnumerable<MySqlRestore>> restores, Func<IEnumerable<MySqlBackupSchedule>> schedules, RetentionKeeper keeper, StatusWriter statuses, TimeProvider time)
{
    private static readonly TimeSpan Later = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    public static bool Concerns(MySqlBackup backup) =>
        backup.Status is { Phase: BackupPhase.Completed, IsBeingPruned: false }
        && backup.Metadata.DeletionTimestamp is null
        && (backup.Spec.Retention?.Ttl is not null || backup.Status.ExpiresAt is not null);

    /// <summary>Its time is written down and has not come: a timer runs for it.</summary>
    public static bool Waits(MySqlBackup backup, DateTimeOffset now) =>
        Concerns(backup) && backup.Status.ExpiresAt is { } at && at > now && at == Expires(backup);

    private static DateTimeOffset? Expires(MySqlBackup backup) =>
        DurationText.TryParse(backup.Spec.Retention?.Ttl, out var ttl) ? backup.Status.CompletionTime + ttl : null;

    public async Task<TimeSpan?> ReconcileAsync(MySqlBackup backup, CancellationToken cancellationToken)
    {
        var expires = Expires(backup);
        if (expires != backup.Status.ExpiresAt)
        {
            var next = StatusWriter.Clone(backup);
            next.Status.ExpiresAt = expires;
            (backup, _) = await statuses.WriteAsync(backup, next, cancellationToken);
        }

        var now = time.GetUtcNow();
        if (expires is not { } at)
        {
            return null;
        }

        if (at > now)
        {
            return at - now < Longest ? at - now : Longest;
        }

        if (!MayGo(backup, now))
        {
            return Later;
        }

        await keeper.MarkAsync(backup, $"its ttl of {backup.Spec.Retention!.Ttl} is over", cancellationToken);
        return TimeSpan.FromSeconds(1);
    }

    // A schedule's own review honours minCount and dryRun, and the ttl too.
    private bool IsReviewed(MySqlBackup backup) => schedules().Any(
        s => s.Spec.Retention is not null && s.Metadata.DeletionTimestamp is null && backup.Label(ScheduleMetadata.Schedule) == s.Metadata.Name
            && GoodBackups.AreTogether(backup, s.Metadata.Namespace, s.Spec.Template.Spec.Target.StatefulSet, s.Spec.Template.Spec.Storage));

    // The newest good backup of a database in its storage stays, and what others need.
    private bool MayGo(MySqlBackup backup, DateTimeOffset now)
    {
        if (IsReviewed(backup))
        {
            return false;
        }

        var together = backups()
            .Where(b => b.Metadata.Uid != backup.Metadata.Uid && GoodBackups.AreTogether(b, backup.Metadata.Namespace, backup.Spec.Target.StatefulSet, backup.Spec.Storage))
            .Append(backup).ToList();
        var good = together.Where(GoodBackups.IsGood).DistinctBy(b => b.Status.BackupId).ToList();
        var others = together.Where(b => !good.Contains(b) && b.Status is { Phase: BackupPhase.Completed, BackupId: not null }).Select(b => GoodBackups.Read(b)).ToList();
        var reading = restores().ToList();
        return GoodBackups.Building(together) is null
            && RetentionPlanner.Decide(new RetentionPolicy(), [.. good.Select(b => GoodBackups.Read(b, GoodBackups.ReadBy(b, reading)))], others, TimeZoneInfo.Utc, now)
                .Any(v => v.Backup.Id == backup.Status.BackupId && !v.Keep);
    }
}
