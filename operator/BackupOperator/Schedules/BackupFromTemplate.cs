using System.Globalization;
using BackupOperator.Core.Scheduling;
using BackupOperator.Runs;
using BackupOperator.Statuses;

namespace BackupOperator.Schedules;

/// <summary>Builds the backup that a schedule creates. Pure.</summary>
internal static class BackupFromTemplate
{
    /// <summary>
    /// The schedule is not its owner: who deletes a schedule stops making backups, and keeps those that there are.
    /// </summary>
    public static MySqlBackup Build(MySqlBackupSchedule schedule, RunStart start)
    {
        // What it is found by comes last: no template can take it away.
        var template = StatusWriter.Clone(schedule).Spec.Template;
        var labels = template.Metadata?.Labels ?? [];
        labels[ScheduleMetadata.Schedule] = schedule.Metadata.Name!;
        var annotations = template.Metadata?.Annotations ?? [];
        annotations.Remove(StartedAs.Annotation);
        annotations[ScheduleMetadata.ScheduleUid] = schedule.Metadata.Uid!;
        annotations[ScheduleMetadata.Cause] = start.Cause.ToString();
        if (start.Tick is { } tick)
        {
            annotations[ScheduleMetadata.ScheduledAt] = Time(tick);
        }

        // What a person asks for begins at once.
        if (start.Cause == RunCause.Tick && schedule.Spec.Preconditions.MaxReplicaLagSeconds is { } lag)
        {
            template.Spec.Preconditions = new BackupPreconditions { MaxReplicaLagSeconds = lag };
        }

        return new MySqlBackup
        {
            Metadata = new V1ObjectMeta { Name = start.Name, Namespace = schedule.Metadata.Namespace, Labels = labels, Annotations = annotations },
            Spec = template.Spec,
        };
    }

    /// <summary>Whether a backup of that name is the one that was to be created.</summary>
    public static bool Is(MySqlBackup backup, MySqlBackupSchedule schedule, RunStart start) =>
        backup.Label(ScheduleMetadata.Schedule) == schedule.Metadata.Name
        && backup.Annotation(ScheduleMetadata.Cause) == start.Cause.ToString()
        && backup.Annotation(ScheduleMetadata.ScheduledAt) == (start.Tick is { } tick ? Time(tick) : null);

    private static string Time(DateTimeOffset tick) => tick.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
