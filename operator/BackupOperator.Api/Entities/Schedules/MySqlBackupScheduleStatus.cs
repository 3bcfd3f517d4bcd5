using BackupOperator.Api.Runs;

namespace BackupOperator.Api.Entities;

/// <summary>What a schedule has done, and does next.</summary>
public sealed class MySqlBackupScheduleStatus
{
    [Description("What the schedule waits for, in one sentence.")]
    public string? Message { get; set; }

    public List<V1Condition>? Conditions { get; set; }

    public long? ObservedGeneration { get; set; }

    [Description("The last tick for which a backup was created.")]
    public DateTimeOffset? LastScheduleTime { get; set; }

    [Description("When the last good backup was complete.")]
    public DateTimeOffset? LastSuccessfulTime { get; set; }

    [Description("When the last failed backup ended.")]
    public DateTimeOffset? LastFailureTime { get; set; }

    [Description("When the next backup starts, its jitter included.")]
    public DateTimeOffset? NextScheduleTime { get; set; }

    [Description("Backups of this schedule that have not ended.")]
    public List<ActiveBackup>? Active { get; set; }

    [Description("Ticks that found no operator at work, or came too late to start.")]
    public long? Missed { get; set; }

    [Description("Ticks whose time passed while something kept them from starting, or while the schedule was suspended.")]
    public long? Skipped { get; set; }

    [Description("Failed backups since the last good one.")]
    public int? ConsecutiveFailures { get; set; }

    [Description("The longest time between two ticks of the days that come, in seconds.")]
    public long? IntervalSeconds { get; set; }

    [Description("What became of the backups of the last 30 days; it outlives their resources.")]
    public ScheduleStatisticsStatus? Statistics { get; set; }

    [Description("The times from which the database can be brought back with this schedule's backups.")]
    public RecoverableStatus? Recoverable { get; set; }

    public StoredBackupsStatus? Storage { get; set; }

    [Description("What spec.retention makes of the good backups.")]
    public RetentionStatus? Retention { get; set; }

    [Description("How far the import of backups without a resource is.")]
    public ScheduleCatalogStatus? Catalog { get; set; }

    [PreserveUnknownFields]
    [Description("What the import's Job has read and the operator has not dealt with; the Job writes this itself.")]
    public CatalogPage? CatalogPage { get; set; }

    [Description("The tick that is due and cannot start.")]
    public WaitingTickStatus? Waiting { get; set; }

    [Description("All ticks up to here have run, were skipped, or are counted as missed.")]
    public DateTimeOffset? AccountedUntil { get; set; }

    [Description("The schedule and the time zone that the ticks are counted by.")]
    public string? ObservedSchedule { get; set; }

    [Description("The backup that spec.immediate has asked for.")]
    public string? FirstBackup { get; set; }

    [Description("The backups that the annotation mysqlbackup.io/trigger has asked for, the newest last.")]
    public List<TriggeredBackup>? Triggers { get; set; }
}

/// <summary>A backup that has not ended.</summary>
public sealed class ActiveBackup
{
    public string? Name { get; set; }

    public string? Uid { get; set; }
}

/// <summary>From which moments the database can be brought back.</summary>
public sealed class RecoverableStatus
{
    [Description("The moment of the oldest good backup.")]
    public DateTimeOffset? From { get; set; }

    [Description("The moment of the newest good backup.")]
    public DateTimeOffset? To { get; set; }
}

/// <summary>What a schedule keeps in its storage.</summary>
public sealed class StoredBackupsStatus
{
    public int? Backups { get; set; }

    public long? Bytes { get; set; }

    [Description("The bytes, rounded.")]
    public string? Size { get; set; }
}

/// <summary>What a retention makes of the good backups of its schedule.</summary>
public sealed class RetentionStatus
{
    [Description("Backups that stay.")]
    public int? Keep { get; set; }

    [Description("Backups that go; with dryRun: that would go.")]
    public int? Remove { get; set; }

    [Description("Those, and why; the first 50.")]
    public List<RemovalStatus>? Next { get; set; }

    [Description("Why nothing is removed now.")]
    public string? Message { get; set; }
}

/// <summary>A backup that goes.</summary>
public sealed class RemovalStatus
{
    public string? Name { get; set; }

    public string? Why { get; set; }
}

/// <summary>A tick that is due and cannot start.</summary>
public sealed class WaitingTickStatus
{
    public DateTimeOffset? Time { get; set; }

    [Description("RunActive, OutsideWindow, TargetNotHealthy or Refused.")]
    public string? Reason { get; set; }

    public string? Message { get; set; }
}

/// <summary>A backup that a person has asked for.</summary>
public sealed class TriggeredBackup
{
    public string? Token { get; set; }

    public string? Backup { get; set; }

    public DateTimeOffset? Time { get; set; }
}
