using BackupOperator.Backups;
using BackupOperator.Core.Backups;
using BackupOperator.Core.Catalogs;
using BackupOperator.Core.Conditions;
using BackupOperator.Core.Copies;
using BackupOperator.Core.Durations;
using BackupOperator.Core.Naming;
using BackupOperator.Runs;
using BackupOperator.Statuses;

namespace BackupOperator.Catalogs;

/// <summary>Builds the resource of a backup that was found in a storage. Pure.</summary>
internal static class ImportedBackups
{
    private const string Reason = "Imported";

    /// <summary>The value of the annotation <see cref="ScheduleMetadata.Cause"/>.</summary>
    public const string Cause = "Import";

    /// <returns>Why it cannot have a resource; null where it can.</returns>
    public static string? Refuse(MySqlBackupSchedule schedule, CatalogBackup found) => found switch
    {
        { Encrypted: true } when schedule.Spec.Template.Spec.Encryption is null =>
            "it is encrypted, and spec.template.spec.encryption of the schedule names no keys; name the Secret that has its key",
        { Result.BackupId.Length: 0 or > 255 } or { Path.Length: 0 or > 1024 } => "its id or its path is too long",
        _ => null,
    };

    /// <summary>The template's spec, as far as it says how to reach the data; never what would delete it.</summary>
    public static MySqlBackup Build(MySqlBackupSchedule schedule, CatalogBackup found, string name)
    {
        var template = StatusWriter.Clone(schedule).Spec.Template;
        var labels = template.Metadata?.Labels ?? [];
        labels.Remove(ScheduleMetadata.Schedule);
        if (ScheduleOf(schedule, found) is { } owner)
        {
            labels[ScheduleMetadata.Schedule] = owner;
        }

        var annotations = template.Metadata?.Annotations ?? [];
        annotations.Remove(StartedAs.Annotation);
        annotations[ScheduleMetadata.ScheduleUid] = schedule.Metadata.Uid!;
        annotations[ScheduleMetadata.Cause] = Cause;
        var spec = template.Spec;
        spec.Imported = new ImportedBackup { BackupId = found.Result.BackupId, Path = found.Path };
        spec.Type = TypeOf(found);
        spec.Encryption = found.Encrypted ? spec.Encryption : null;
        spec.Retention = null;

        // Another cluster may have a resource of it too.
        spec.DeletionPolicy = DeletionPolicy.Retain;
        return new MySqlBackup
        {
            Metadata = new V1ObjectMeta { Name = name, Namespace = schedule.Metadata.Namespace, Labels = labels, Annotations = annotations },
            Spec = spec,
        };
    }

    /// <summary>Whose retention looks at it; null for nobody's.</summary>
    public static string? ScheduleOf(MySqlBackupSchedule schedule, CatalogBackup found) =>
        ImportedNames.Schedule(found.Schedule) ?? (schedule.Spec.Catalog.Adopt ? schedule.Metadata.Name : null);

    /// <summary>Whether a resource that waits for its status was made for this very backup.</summary>
    public static bool IsFor(MySqlBackup backup, MySqlBackupSchedule schedule, CatalogBackup found) =>
        backup.Spec.Imported is { } imported && imported.BackupId == found.Result.BackupId && imported.Path == found.Path
        && backup.Spec.Target.StatefulSet == schedule.Spec.Template.Spec.Target.StatefulSet
        && StorageMapper.Identity(backup.Spec.Storage) == StorageMapper.Identity(schedule.Spec.Template.Spec.Storage)
        && backup.Spec.Encryption is not null == found.Encrypted;

    /// <summary>The status of a run that had ended well; what is not in a manifest is not claimed.</summary>
    public static MySqlBackupStatus Describe(MySqlBackup backup, CatalogBackup found, DateTimeOffset now)
    {
        var location = StorageMapper.Location(backup.Spec.Storage, found.Path);
        var status = new MySqlBackupStatus
        {
            Phase = BackupPhase.Completed,
            ObservedGeneration = backup.Metadata.Generation,
            StartTime = found.StartedAt,
            CompletionTime = found.FinishedAt,
            Duration = DurationText.Format(found.FinishedAt - found.StartedAt),
            PhaseTimes = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal) { [nameof(BackupPhase.Completed)] = found.FinishedAt },
            Path = found.Path,
            Target = new RecordedTarget { Pod = found.Pod, Claim = found.Claim, Ordinal = OrdinalOf(found.Pod) },
            Report = new RunReport { Step = RunStep.Done, UploadedAt = found.FinishedAt, FinishedAt = found.FinishedAt, Backup = found.Result with { Location = location, Copies = [] } },
        };
        BackupStatusMapper.Write(status, status.Report.Backup!);
        List<Condition> conditions =
        [
            new(ConditionType.Complete, ConditionStatus.True, Reason, "It was in the storage already; its manifest is whole, and the packs that it names are there"),
            new(ConditionType.Verified, ConditionStatus.Unknown, Reason, "Its manifest does not tell how its blocks were verified"),
        ];
        if (backup.Spec.Copies is { Count: > 0 } copies)
        {
            status.Copies = CopyStatuses.Write([.. copies.Select(c => new CopyState(StorageMapper.Location(c, found.Path), false, 1, "not looked at: the backup was imported", null))]);
            conditions.Add(new(ConditionType.CopiesComplete, ConditionStatus.False, CopyReason.GivenUp, "The backup was imported; whether it is in the storages of spec.copies was not looked at"));
        }

        status.Conditions = ConditionMapper.Write(ConditionSet.Merge([], conditions, backup.Metadata.Generation, now));
        return status;
    }

    private static BackupType TypeOf(CatalogBackup found) => Enum.TryParse<BackupType>(found.Result.Type, out var type) ? type : BackupType.Full;

    private static int? OrdinalOf(string? pod) =>
        pod is not null && int.TryParse(pod[(pod.LastIndexOf('-') + 1)..], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var ordinal) ? ordinal : null;
}
