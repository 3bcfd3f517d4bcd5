using System.Text.Json.Serialization;

namespace BackupOperator.Api.Entities;

/// <summary>What became of a schedule's backups, by periods; and the sums that those are made of.</summary>
public sealed class ScheduleStatisticsStatus
{
    [JsonPropertyName("last24h")]
    [Description("The hour that runs and the 24 before it.")]
    public PeriodStatisticsStatus? LastDay { get; set; }

    [JsonPropertyName("last7d")]
    [Description("The day that runs (UTC) and the 7 before it.")]
    public PeriodStatisticsStatus? LastWeek { get; set; }

    [JsonPropertyName("last30d")]
    [Description("The day that runs (UTC) and the 30 before it.")]
    public PeriodStatisticsStatus? LastMonth { get; set; }

    [Description("The last good backups that took more than twice the mean of 30 days, or hold 50 % more or less, the newest last.")]
    public List<AnomalyStatus>? Anomalies { get; set; }

    [Description("Sums of single hours; those without any are left out.")]
    public List<TallyStatus>? Hours { get; set; }

    [Description("Sums of single days (UTC); those without any are left out.")]
    public List<TallyStatus>? Days { get; set; }

    [Description("Which ended backups are in all these numbers.")]
    public CountedBackupsStatus? Counted { get; set; }
}

/// <summary>What became of the backups of a period.</summary>
public sealed class PeriodStatisticsStatus
{
    public int? Succeeded { get; set; }

    public int? Failed { get; set; }

    public int? Cancelled { get; set; }

    [Description("Ticks that nobody has run.")]
    public long? Missed { get; set; }

    [Description("Good backups that were unlike those before them.")]
    public int? Anomalies { get; set; }

    [Description("Good backups among those that came to a result, in percent, rounded down.")]
    public double? SuccessPercent { get; set; }

    [Description("Of the good ones, in seconds.")]
    public double? MeanDurationSeconds { get; set; }

    [Description("Of the good ones, in seconds.")]
    public double? MeanDowntimeSeconds { get; set; }

    [Description("Of all, also of those that failed, in seconds.")]
    public double? TotalDowntimeSeconds { get; set; }

    [Description("What a good one holds.")]
    public long? MeanLogicalBytes { get; set; }

    [Description("What a good one has added to its storage.")]
    public long? MeanStoredBytes { get; set; }
}

/// <summary>A good backup that is unlike those before it.</summary>
public sealed class AnomalyStatus
{
    public string? Backup { get; set; }

    public DateTimeOffset? Time { get; set; }

    [Description("Slow or SizeOff.")]
    public string? Reason { get; set; }

    public string? Message { get; set; }
}

/// <summary>The backups of an hour or a day, as sums; what is absent is nothing.</summary>
public sealed class TallyStatus
{
    [Description("When the hour or day begins.")]
    public DateTimeOffset? Start { get; set; }

    public int? Succeeded { get; set; }

    public int? Failed { get; set; }

    public int? Cancelled { get; set; }

    public long? Missed { get; set; }

    public int? Anomalies { get; set; }

    [Description("Good ones whose times and sizes are known.")]
    public int? Measured { get; set; }

    public double? DurationSeconds { get; set; }

    public double? DowntimeSeconds { get; set; }

    public double? TotalDowntimeSeconds { get; set; }

    public long? LogicalBytes { get; set; }

    public long? StoredBytes { get; set; }
}

/// <summary>Which ended backups are counted.</summary>
public sealed class CountedBackupsStatus
{
    [Description("All that ended up to here.")]
    public DateTimeOffset? Until { get; set; }

    [Description("And these that ended since.")]
    public List<CountedBackupStatus>? Backups { get; set; }
}

/// <summary>An ended backup that is counted.</summary>
public sealed class CountedBackupStatus
{
    public string? Name { get; set; }

    public DateTimeOffset? Time { get; set; }
}
