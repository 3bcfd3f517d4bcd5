using System.Text;
using BackupOperator.Metrics;
using BackupOperator.Metrics.Exposition;
using BackupOperator.TestSupport.Time;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupOperator.Tests.Metrics;

public sealed class ScheduleMetricsTests
{
    private const string Nightly = "namespace=\"shop\",schedule=\"nightly\",target=\"db\"";

    [Fact]
    public void A_schedule_tells_what_its_status_has_and_nothing_once_it_is_gone()
    {
        var schedule = Samples.Schedule();
        schedule.Status.NextScheduleTime = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
        schedule.Status.Missed = 499;
        schedule.Status.Skipped = 3;
        schedule.Status.ConsecutiveFailures = 2;
        schedule.Status.Storage = new StoredBackupsStatus { Backups = 7, Bytes = 1L << 40 };
        schedule.Status.IntervalSeconds = 86_400;
        schedule.Metadata.CreationTimestamp = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);
        schedule.Status.Statistics = new ScheduleStatisticsStatus
        {
            LastDay = new PeriodStatisticsStatus { Anomalies = 0 },
            LastWeek = new PeriodStatisticsStatus
            {
                SuccessPercent = 85.7,
                MeanDurationSeconds = 61.5,
                MeanDowntimeSeconds = 3.2,
                MeanLogicalBytes = 1000,
                MeanStoredBytes = 100,
                Anomalies = 2,
            },
        };
        List<MySqlBackupSchedule> schedules = [schedule, Samples.Schedule("new")];

        var text = Scrape(schedules);
        text.ShouldContain($"mysqlbackup_schedule_next_run_timestamp_seconds{{{Nightly}}} 1800000000\n");
        text.ShouldContain($"mysqlbackup_schedule_missed_total{{{Nightly}}} 499\n");
        text.ShouldContain($"mysqlbackup_schedule_skipped_total{{{Nightly}}} 3\n");
        text.ShouldContain($"mysqlbackup_schedule_consecutive_failures{{{Nightly}}} 2\n");
        text.ShouldContain($"mysqlbackup_storage_backups{{{Nightly}}} 7\n");
        text.ShouldContain($"mysqlbackup_storage_bytes{{{Nightly}}} 1099511627776\n");
        text.ShouldContain("mysqlbackup_schedule_missed_total{namespace=\"shop\",schedule=\"new\",target=\"db\"} 0\n");
        text.ShouldNotContain("mysqlbackup_storage_bytes{namespace=\"shop\",schedule=\"new\"");

        text.ShouldContain($"mysqlbackup_schedule_interval_seconds{{{Nightly}}} 86400\n");
        text.ShouldContain($"mysqlbackup_schedule_created_timestamp_seconds{{{Nightly}}} 1700000000\n");
        text.ShouldContain("mysqlbackup_schedule_success_ratio{namespace=\"shop\",period=\"7d\",schedule=\"nightly\",target=\"db\"} 0.857\n");
        text.ShouldContain("mysqlbackup_schedule_mean_duration_seconds{namespace=\"shop\",period=\"7d\",schedule=\"nightly\",target=\"db\"} 61.5\n");
        text.ShouldContain("mysqlbackup_schedule_mean_downtime_seconds{namespace=\"shop\",period=\"7d\",schedule=\"nightly\",target=\"db\"} 3.2\n");
        text.ShouldContain("mysqlbackup_schedule_mean_bytes{kind=\"stored\",namespace=\"shop\",period=\"7d\",schedule=\"nightly\",target=\"db\"} 100\n");
        text.ShouldContain("mysqlbackup_schedule_anomalies{namespace=\"shop\",period=\"7d\",schedule=\"nightly\",target=\"db\"} 2\n");
        text.ShouldContain("mysqlbackup_schedule_anomalies{namespace=\"shop\",period=\"24h\",schedule=\"nightly\",target=\"db\"} 0\n");
        text.ShouldNotContain("mysqlbackup_schedule_success_ratio{namespace=\"shop\",period=\"24h\"", customMessage: "nothing is claimed of a period without a result");
        text.ShouldNotContain("mysqlbackup_schedule_interval_seconds{namespace=\"shop\",schedule=\"new\"");

        schedules.RemoveAt(0);
        Scrape(schedules).ShouldNotContain("nightly");
    }

    private static string Scrape(List<MySqlBackupSchedule> schedules)
    {
        var time = new FakeTimeProvider();
        using var metrics = new OperatorMetrics(time);
        metrics.Schedules.Observe(() => schedules);
        using var registry = new MetricRegistry(metrics.Owns, NullLogger<MetricRegistry>.Instance);
        return Encoding.UTF8.GetString(new MetricsEndpoint(registry, metrics, time).Get().Body.Span);
    }
}
