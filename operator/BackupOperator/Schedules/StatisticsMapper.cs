using BackupOperator.Core.Scheduling;
using BackupOperator.Core.Statistics;

namespace BackupOperator.Schedules;

/// <summary>Reads and writes what the status of a schedule has of its statistics. Pure.</summary>
internal static class StatisticsMapper
{
    public static RunStatistics Read(ScheduleStatisticsStatus? status)
    {
        var none = new RunStatistics();
        return status is null ? none : new RunStatistics
        {
            Hours = none.Hours with { All = Read(status.Hours) },
            Days = none.Days with { All = Read(status.Days) },
            Anomalies = [.. (status.Anomalies ?? []).Select(a => new RunAnomaly(a.Backup ?? "", a.Time ?? default, a.Reason ?? "", a.Message ?? ""))],
        };
    }

    public static CountedRuns? ReadCounted(ScheduleStatisticsStatus? status) => status?.Counted is { Until: { } until } counted
        ? new CountedRuns(until, [.. (counted.Backups ?? []).Select(b => new CountedRun(b.Name ?? "", b.Time ?? default))])
        : null;

    /// <returns>Null where nothing was ever counted.</returns>
    public static ScheduleStatisticsStatus? Write(RunStatistics statistics, CountedRuns? counted, DateTimeOffset now) =>
        counted is null && statistics.Days.All.Count == 0 ? null : new ScheduleStatisticsStatus
        {
            LastDay = Write(statistics.Over(StatisticsPeriod.Day, now)),
            LastWeek = Write(statistics.Over(StatisticsPeriod.Week, now)),
            LastMonth = Write(statistics.Over(StatisticsPeriod.Month, now)),
            Anomalies = ListOf(statistics.Anomalies, Write),
            Hours = Write(statistics.Hours),
            Days = Write(statistics.Days),
            Counted = counted is null ? null : new CountedBackupsStatus
            {
                Until = WholeSeconds(counted.Until),
                Backups = ListOf(counted.Since, c => new CountedBackupStatus { Name = c.Name, Time = c.EndedAt }),
            },
        };

    public static PeriodStatisticsStatus Write(RunTally tally) => new()
    {
        Succeeded = tally.Succeeded,
        Failed = tally.Failed,
        Cancelled = tally.Cancelled,
        Missed = tally.Missed,
        Anomalies = tally.Anomalies,
        SuccessPercent = tally.SuccessPercent,
        MeanDurationSeconds = tally.MeanDurationSeconds,
        MeanDowntimeSeconds = tally.MeanDowntimeSeconds,
        TotalDowntimeSeconds = tally.TotalDowntimeSeconds,
        MeanLogicalBytes = tally.MeanLogicalBytes,
        MeanStoredBytes = tally.MeanStoredBytes,
    };

    public static AnomalyStatus Write(RunAnomaly anomaly) => new() { Backup = anomaly.Run, Time = anomaly.At, Reason = anomaly.Reason, Message = anomaly.Message };

    private static List<TallyStatus>? Write(TallyBuckets buckets) => ListOf(buckets.All, b => new TallyStatus
    {
        Start = b.Start,
        Succeeded = Some(b.Tally.Succeeded),
        Failed = Some(b.Tally.Failed),
        Cancelled = Some(b.Tally.Cancelled),
        Missed = Some(b.Tally.Missed),
        Anomalies = Some(b.Tally.Anomalies),
        Measured = Some(b.Tally.Measured),
        DurationSeconds = Some(b.Tally.DurationSeconds),
        DowntimeSeconds = Some(b.Tally.DowntimeSeconds),
        TotalDowntimeSeconds = Some(b.Tally.TotalDowntimeSeconds),
        LogicalBytes = Some(b.Tally.LogicalBytes),
        StoredBytes = Some(b.Tally.StoredBytes),
    });

    private static List<TallyBucket> Read(List<TallyStatus>? buckets) =>
    [
        .. (buckets ?? []).Select(b => new TallyBucket(b.Start ?? default, new RunTally
        {
            Succeeded = b.Succeeded ?? 0,
            Failed = b.Failed ?? 0,
            Cancelled = b.Cancelled ?? 0,
            Missed = b.Missed ?? 0,
            Anomalies = b.Anomalies ?? 0,
            Measured = b.Measured ?? 0,
            DurationSeconds = b.DurationSeconds ?? 0,
            DowntimeSeconds = b.DowntimeSeconds ?? 0,
            TotalDowntimeSeconds = b.TotalDowntimeSeconds ?? 0,
            LogicalBytes = b.LogicalBytes ?? 0,
            StoredBytes = b.StoredBytes ?? 0,
        })),
    ];

    // A status without what is nothing is small enough to be read.
    private static T? Some<T>(T value)
        where T : struct => EqualityComparer<T>.Default.Equals(value, default) ? null : value;

    // The times in a status are whole seconds: what is read again must be what was written.
    private static DateTimeOffset WholeSeconds(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);

    private static List<TStatus>? ListOf<T, TStatus>(IReadOnlyList<T> items, Func<T, TStatus> write) => items.Count == 0 ? null : [.. items.Select(write)];
}
