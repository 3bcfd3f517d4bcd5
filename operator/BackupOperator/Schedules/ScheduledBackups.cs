using System.Globalization;
using BackupOperator.Backups;
using BackupOperator.Core.Backups;
using BackupOperator.Core.Conditions;
using BackupOperator.Core.Scheduling;
using BackupOperator.Core.Sizes;
using BackupOperator.Retention;
using BackupOperator.Runs;
using BackupOperator.Statuses;

namespace BackupOperator.Schedules;

/// <summary>The backups that belong to a schedule: those in its namespace with its name as label. Pure.</summary>
internal static class ScheduledBackups
{
    public static IEnumerable<MySqlBackup> Of(MySqlBackupSchedule schedule, IEnumerable<MySqlBackup> backups) =>
        backups.Where(b => !b.AwaitsImport && b.Metadata.Namespace == schedule.Metadata.Namespace && b.Label(ScheduleMetadata.Schedule) == schedule.Metadata.Name);

    /// <summary>
    /// The schedules that look at a backup, for the watch: its own, and those with a retention of the same database, whose
    /// backups it may have needed.
    /// </summary>
    public static IEnumerable<NamespacedName> WokenBy(MySqlBackup backup, IEnumerable<MySqlBackupSchedule> schedules)
    {
        var retaining = schedules
            .Where(s => s.Spec.Retention is not null && GoodBackups.AreTogether(backup, s.Metadata.Namespace, s.Spec.Template.Spec.Target.StatefulSet, s.Spec.Template.Spec.Storage))
            .Select(s => s.Metadata.Name!);
        return (backup.Label(ScheduleMetadata.Schedule) is { Length: > 0 } own ? retaining.Append(own) : retaining)
            .Distinct(StringComparer.Ordinal).Select(name => new NamespacedName(backup.Metadata.Namespace ?? "", name));
    }

    /// <summary>Whether a schedule has to look at a change of a backup; its progress, each second, is none.</summary>
    public static bool Concerns(MySqlBackup before, MySqlBackup after) =>
        before.Status.Phase != after.Status.Phase
        || GoodBackups.IsGood(before) != GoodBackups.IsGood(after)
        || before.Status.IsBeingPruned != after.Status.IsBeingPruned
        || before.Metadata.DeletionTimestamp != after.Metadata.DeletionTimestamp
        || before.Label(ScheduleMetadata.Schedule) != after.Label(ScheduleMetadata.Schedule);

    public static ScheduledRun Read(MySqlBackup backup) => new(backup.Metadata.Name!, BackupPhases.StageOf(backup.Status.Phase), backup.Metadata.CreationTimestamp ?? default)
    {
        Tick = DateTimeOffset.TryParse(backup.Annotation(ScheduleMetadata.ScheduledAt), CultureInfo.InvariantCulture, out var tick) ? tick : null,
        CompletedAt = backup.Status.CompletionTime,
        Ending = backup.Spec.Cancel || backup.Metadata.DeletionTimestamp is not null,
        Unmet = ConditionMapper.Read(backup.Status.Conditions).Find(ConditionType.Complete) is { Reason: FailureReason.PreconditionUnmet } unmet
            && backup.Status.Phase == BackupPhase.Cancelled ? unmet.Message : null,
        DowntimeSeconds = backup.Status.DowntimeSeconds ?? 0,
        Measures = backup.Status is { StartTime: { } start, CompletionTime: { } end, Report.Backup: { } result }
            ? new RunMeasures(end - start, result.LogicalBytes, result.StoredBytes)
            : null,
    };

    /// <summary>What the schedule's backups are good for.</summary>
    public static void Describe(MySqlBackupScheduleStatus status, IReadOnlyCollection<MySqlBackup> backups)
    {
        var active = backups.Where(b => !RunLookup.StageOf(b).IsOver()).OrderBy(b => b.Metadata.Name, StringComparer.Ordinal).ToList();
        status.Active = active.Count == 0 ? null : [.. active.Select(b => new ActiveBackup { Name = b.Metadata.Name, Uid = b.Metadata.Uid })];
        var good = backups.Where(b => b.Status is { Phase: BackupPhase.Completed, IsBeingPruned: false } && b.Metadata.DeletionTimestamp is null).ToList();
        var times = good.Select(b => BackupCatalogue.TakenAt(b.Status)).OfType<DateTimeOffset>().ToList();
        status.Recoverable = times.Count == 0 ? null : new RecoverableStatus { From = times.Min(), To = times.Max() };
        var bytes = good.Sum(b => b.Status.Report?.Backup?.StoredBytes ?? 0);
        status.Storage = new StoredBackupsStatus { Backups = good.Count, Bytes = bytes, Size = SizeText.Format(bytes) };
    }
}
