using System.Diagnostics.Metrics;
using BackupOperator.Core.Statistics;

namespace BackupOperator.Metrics;

/// <summary>What is known of each schedule now, read from the cache of the watch at each scrape.</summary>
internal sealed class ScheduleMetrics
{
    private Func<IEnumerable<MySqlBackupSchedule>> schedules = () => [];

    public ScheduleMetrics(Meter meter)
    {
        meter.CreateObservableGauge(
            "mysqlbackup_schedule_next_run_timestamp_seconds", () => Each(s => s.NextScheduleTime?.ToUnixTimeSeconds()), description: "When the next backup of a schedule starts, in seconds since 1970; absent while it is suspended.");
        meter.CreateObservableCounter(
            "mysqlbackup_schedule_missed_total", () => Each(s => s.Missed ?? 0), description: "Ticks of a schedule that found no operator at work, or came too late to start.");
        meter.CreateObservableCounter(
            "mysqlbackup_schedule_skipped_total", () => Each(s => s.Skipped ?? 0), description: "Ticks of a schedule that something kept from starting, or that passed while it was suspended.");
        meter.CreateObservableGauge(
            "mysqlbackup_schedule_consecutive_failures", () => Each(s => s.ConsecutiveFailures ?? 0), description: "Failed backups of a schedule since its last good one.");
        meter.CreateObservableGauge(
            "mysqlbackup_schedule_interval_seconds", () => Each(s => s.NextScheduleTime is null ? null : s.IntervalSeconds), "s", "The longest time between two ticks of a schedule in the days that come; absent while it is suspended.");
        meter.CreateObservableGauge(
            "mysqlbackup_schedule_created_timestamp_seconds", () => Each((s, m) => m.CreationTimestamp?.ToUnixTimeSeconds()), description: "When a schedule was created, in seconds since 1970.");
        OverPeriods("mysqlbackup_schedule_success_ratio", null, "Good backups of a schedule among those of a period that came to a result, from 0 to 1.", p => [("", p.SuccessPercent is { } percent ? Math.Round(percent / 100, 3) : null)]);
        OverPeriods("mysqlbackup_schedule_mean_duration_seconds", "s", "How long the good backups of a schedule took in a period, on average.", p => [("", p.MeanDurationSeconds)]);
        OverPeriods("mysqlbackup_schedule_mean_downtime_seconds", "s", "How long the good backups of a schedule have stopped MySQL in a period, on average.", p => [("", p.MeanDowntimeSeconds)]);
        OverPeriods("mysqlbackup_schedule_mean_bytes", "By", "How large the good backups of a schedule are in a period, on average.", p => [("logical", p.MeanLogicalBytes), ("stored", p.MeanStoredBytes)]);
        OverPeriods("mysqlbackup_schedule_anomalies", null, "Good backups of a schedule in a period that took twice the mean, or hold 50 % more or less.", p => [("", p.Anomalies)]);
        meter.CreateObservableGauge("mysqlbackup_storage_backups", () => Each(s => s.Storage?.Backups), description: "Good backups of a schedule.");
        meter.CreateObservableGauge("mysqlbackup_storage_bytes", () => Each(s => s.Storage?.Bytes), "By", "What the good backups of a schedule take up in their storage.");

        void OverPeriods(string name, string? unit, string description, Func<PeriodStatisticsStatus, IEnumerable<(string Kind, double? Value)>> values) =>
            meter.CreateObservableGauge(name, () => EachPeriod(values), unit, description);
    }

    /// <summary>Where to look.</summary>
    public void Observe(Func<IEnumerable<MySqlBackupSchedule>> schedules) => this.schedules = schedules;

    private IEnumerable<Measurement<long>> Each(Func<MySqlBackupScheduleStatus, long?> value) => Each((status, _) => value(status));

    private IEnumerable<Measurement<long>> Each(Func<MySqlBackupScheduleStatus, V1ObjectMeta, long?> value) =>
        from schedule in schedules()
        let v = value(schedule.Status, schedule.Metadata)
        where v is not null
        select new Measurement<long>(v.Value, Tags(schedule));

    private IEnumerable<Measurement<double>> EachPeriod(Func<PeriodStatisticsStatus, IEnumerable<(string Kind, double? Value)>> values) =>
        from schedule in schedules()
        where schedule.Status.Statistics is not null
        from period in PeriodsOf(schedule.Status.Statistics!)
        where period.Statistics is not null
        from v in values(period.Statistics!)
        where v.Value is not null
        select new Measurement<double>(v.Value!.Value, [new("period", period.Name), .. v.Kind == "" ? [] : new KeyValuePair<string, object?>[] { new("kind", v.Kind) }, .. Tags(schedule)]);

    private static IEnumerable<(string Name, PeriodStatisticsStatus? Statistics)> PeriodsOf(ScheduleStatisticsStatus status) =>
        [(StatisticsPeriod.Day.Name, status.LastDay), (StatisticsPeriod.Week.Name, status.LastWeek), (StatisticsPeriod.Month.Name, status.LastMonth)];

    private static KeyValuePair<string, object?>[] Tags(MySqlBackupSchedule schedule) =>
        [new("schedule", schedule.Metadata.Name), .. TargetMetrics.Tags(schedule.Metadata.Namespace, schedule.Spec.Template.Spec.Target.StatefulSet)];
}
