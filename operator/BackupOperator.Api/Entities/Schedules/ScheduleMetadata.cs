namespace BackupOperator.Api.Entities;

/// <summary>Labels and annotations that schedules and their backups have to do with.</summary>
public static class ScheduleMetadata
{
    /// <summary>A label of backups: the name of their schedule. Who makes a schedule anew under its old name gets its backups back.</summary>
    public const string Schedule = ApiGroup.Name + "/schedule";

    /// <summary>An annotation of backups: the uid of the schedule that created them.</summary>
    public const string ScheduleUid = ApiGroup.Name + "/schedule-uid";

    /// <summary>An annotation of backups: their tick (RFC 3339, UTC).</summary>
    public const string ScheduledAt = ApiGroup.Name + "/scheduled-at";

    /// <summary>An annotation of backups: Tick, Creation, Trigger or Import.</summary>
    public const string Cause = ApiGroup.Name + "/cause";

    /// <summary>An annotation of schedules: each new token repeats the import of <c>spec.catalog</c>.</summary>
    public const string Import = ApiGroup.Name + "/import";

    /// <summary>An annotation of schedules: each new token takes a backup.</summary>
    public const string Trigger = ApiGroup.Name + "/trigger";
}
