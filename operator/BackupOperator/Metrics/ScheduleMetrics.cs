using System.Diagnostics.Metrics;

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
        meter.CreateObservableGauge("mysqlbackup_storage_backups", () => Each(s => s.Storage?.Backups), description: "Good backups of a schedule.");
        meter.CreateObservableGauge("mysqlbackup_storage_bytes", () => Each(s => s.Storage?.Bytes), "By", "What the good backups of a schedule take up in their storage.");
    }

    /// <summary>Where to look.</summary>
    public void Observe(Func<IEnumerable<MySqlBackupSchedule>> schedules) => this.schedules = schedules;

    private IEnumerable<Measurement<long>> Each(Func<MySqlBackupScheduleStatus, long?> value) =>
        from schedule in schedules()
        let v = value(schedule.Status)
        where v is not null
        select new Measurement<long>(
            v.Value,
            [new("schedule", schedule.Metadata.Name), .. TargetMetrics.Tags(schedule.Metadata.Namespace, schedule.Spec.Template.Spec.Target.StatefulSet)]);
}
