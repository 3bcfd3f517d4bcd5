using System.Text.Json.Nodes;
using BackupOperator.Commands;
using BackupOperator.Core.Backups;
using BackupOperator.Core.Scheduling;
using BackupOperator.Core.Statistics;
using BackupOperator.Reports;
using BackupOperator.Schedules;
using BackupOperator.Tests.Scripted;

namespace BackupOperator.Tests.Reports;

public sealed class ReportTests
{
    private static readonly DateTimeOffset Now = new(2026, 7, 1, 12, 30, 0, TimeSpan.Zero);

    [Fact]
    public void The_table_is_what_the_documentation_shows()
    {
        var nightly = new ReportRow("shop", "nightly", "mariadb", new RunTally { Succeeded = 29, Failed = 1, Measured = 1, DurationSeconds = 252.4, DowntimeSeconds = 3.1, LogicalBytes = 44_238_000_000, StoredBytes = 1_632_087_572, Anomalies = 1 }, []);
        var byHand = new ReportRow("shop", null, "mariadb", new RunTally { Succeeded = 2, Measured = 1, DurationSeconds = 303, DowntimeSeconds = 3.4, LogicalBytes = 44_238_000_000, StoredBytes = 43_060_000_000 }, []);
        var table = ReportTable.Write(new Report(StatisticsPeriod.Month, Now, [nightly, byHand]));
        File.ReadAllText(Path.Combine(Golden.Root, "docs", "schedules.md")).ShouldContain(table);
    }

    [Fact]
    public void Sums_of_a_status_outlive_the_resources_and_what_nobody_summed_up_is_read_from_them()
    {
        var summed = Samples.Schedule();
        var statistics = new RunStatistics().Add([.. Enumerable.Range(1, 5).Select(day => Run($"b{day}", day, seconds: day == 1 ? 500 : 100))]).AddMissed(2, Now);
        summed.Status.Statistics = StatisticsMapper.Write(statistics, CountedRuns.Of(null, [], Now), Now);
        var report = Report.Of(
            [summed, Samples.Schedule("new")],
            [Backup("first", "new", BackupPhase.Failed), Backup("hand", null), Backup("left", "gone"), Backup("active", null, BackupPhase.Archiving)],
            StatisticsPeriod.Parse("3d"), Now);

        report.Rows.Select(r => $"{r.Schedule ?? "-"} {r.Tally.Succeeded} {r.Tally.Failed} {r.Tally.Missed}").ShouldBe(["gone 1 0 0", "new 0 1 0", "nightly 3 0 2", "- 1 0 0"]);
        report.Rows.Single(r => r.Schedule == "nightly").Anomalies.ShouldHaveSingleItem().Run.ShouldBe("b1");
        ReportTable.Write(report).ShouldEndWith("\n\nshop/b1  2026-06-30 12:30:00Z  Slow: It took 8m20s, more than twice the mean of 1m40s\n");
    }

    [Fact]
    public void Programs_read_the_names_of_the_status()
    {
        var row = new ReportRow("shop", "nightly", "db", new RunTally { Succeeded = 2, Failed = 1, Anomalies = 1 }, [new RunAnomaly("b", Now, RunAnomaly.Slow, "It took long")]);
        var json = JsonNode.Parse(ReportDocument.Write(new Report(StatisticsPeriod.Week, Now, [row])))!;
        ((string?)json["period"], (string?)json["time"]).ShouldBe(("7d", "2026-07-01T12:30:00Z"));
        var only = json["reports"]!.AsArray().ShouldHaveSingleItem()!;
        ((string?)only["schedule"], (int?)only["succeeded"], (double?)only["successPercent"], (int?)only["anomalyCount"]).ShouldBe(("nightly", 2, 66.6, 1));
        ((string?)only["anomalies"]![0]!["backup"]).ShouldBe("b");
        only["meanDurationSeconds"].ShouldBeNull();
    }

    [Fact]
    public void Where_there_is_nothing_it_says_so() => ReportTable.Write(new Report(StatisticsPeriod.Week, Now, [])).ShouldStartWith("No schedules");

    [Fact]
    public async Task A_cluster_is_read_with_the_rights_of_who_asks()
    {
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        await cluster.ApplyAsync(Samples.Schedule());
        await cluster.ApplyAsync(Samples.Schedule("weekly"));
        (await ReadAsync(null, null)).Rows.Select(r => r.Schedule).ShouldBe(["nightly", "weekly"]);
        (await ReadAsync("elsewhere", null)).Rows.ShouldBeEmpty();
        (await ReadAsync(Samples.Namespace, "weekly")).Rows.ShouldHaveSingleItem().Schedule.ShouldBe("weekly");
        (await Should.ThrowAsync<FormatException>(ReadAsync(Samples.Namespace, "nihgtly"))).Message.ShouldBe("there is no MySqlBackupSchedule nihgtly in namespace shop");

        Task<Report> ReadAsync(string? @namespace, string? schedule) =>
            ReportCommand.ReadAsync(cluster.Client, @namespace, schedule, StatisticsPeriod.Week, Now, TestContext.Current.CancellationToken);
    }

    private static ScheduledRun Run(string name, int day, int seconds) => new(name, RunStage.Completed, Now.AddDays(-day))
    {
        CompletedAt = Now.AddDays(-day),
        Measures = new RunMeasures(TimeSpan.FromSeconds(seconds), 1000, 100),
    };

    private static MySqlBackup Backup(string name, string? schedule, BackupPhase phase = BackupPhase.Completed)
    {
        var backup = Samples.Backup(name);
        backup.Metadata.Labels = schedule is null ? null : new Dictionary<string, string> { [ScheduleMetadata.Schedule] = schedule };
        backup.Status.Phase = phase;
        backup.Status.CompletionTime = phase == BackupPhase.Archiving ? null : Now.AddHours(-5);
        return backup;
    }
}
