using System.Globalization;
using BackupOperator.Core.Runs;
using BackupOperator.Core.Scheduling;
using BackupOperator.Core.Statistics;

namespace BackupOperator.Core.Tests.Statistics;

public sealed class RunStatisticsTests
{
    private static readonly DateTimeOffset Now = new(2026, 7, 1, 12, 30, 0, TimeSpan.Zero);

    [Fact]
    public void Means_are_of_the_good_ones_and_every_stop_of_MySQL_counts()
    {
        var week = new RunStatistics()
            .Add([Good(1, seconds: 100, downtime: 4, size: 1000), Good(2, seconds: 200, downtime: 8, size: 3000), Bad(3, downtime: 60), Ended(RunStage.Cancelled, 4)])
            .AddMissed(5, Now)
            .Over(StatisticsPeriod.Week, Now);
        week.SuccessPercent.ShouldBe(66.6);
        (week.MeanDurationSeconds, week.MeanDowntimeSeconds, week.MeanLogicalBytes, week.MeanStoredBytes).ShouldBe((150, 6, 2000, 200));
        week.TotalDowntimeSeconds.ShouldBe(72);
        (week.Succeeded, week.Failed, week.Cancelled, week.Missed).ShouldBe((2, 1, 1, 5L));
    }

    [Fact]
    public void Nothing_is_claimed_of_a_period_without_a_result()
    {
        var day = new RunStatistics().Add([Ended(RunStage.Cancelled, 1)]).Over(StatisticsPeriod.Day, Now);
        (day.SuccessPercent, day.MeanDurationSeconds, day.MeanLogicalBytes).ShouldBe((null, null, null));
    }

    [Fact]
    public void A_hundred_percent_means_that_none_has_failed() =>
        new RunStatistics().Add([.. Enumerable.Range(0, 2999).Select(i => Good(i % 700)), Bad(1)]).Over(StatisticsPeriod.Month, Now).SuccessPercent.ShouldBe(99.9);

    [Fact]
    public void A_good_backup_whose_sizes_nobody_knows_is_good_and_spoils_no_mean()
    {
        var sum = new RunStatistics().Add([Good(1, seconds: 100), Ended(RunStage.Completed, 2)]).Over(StatisticsPeriod.Day, Now);
        (sum.Succeeded, sum.Measured, sum.MeanDurationSeconds).ShouldBe((2, 1, 100));
    }

    [Theory]
    [InlineData(250, 1000, "Slow: It took 4m10s, more than twice the mean of 1m40s")]
    [InlineData(199, 1000, "")]
    [InlineData(100, 1501, "SizeOff: It holds 1.47Ki, +50 % off the mean of 1000")]
    [InlineData(100, 499, "SizeOff: It holds 499, -50 % off the mean of 1000")]
    [InlineData(100, 1500, "")]
    [InlineData(100, 500, "")]
    public void What_is_unlike_those_before_it_is_an_anomaly(int seconds, int size, string expected)
    {
        var all = new RunStatistics().Add([Good(30), Good(29), Good(28), Good(1, seconds, size: size)]);
        string.Join('|', all.Anomalies.Select(a => $"{a.Reason}: {a.Message}")).ShouldBe(expected);
        all.Over(StatisticsPeriod.Day, Now).Anomalies.ShouldBe(expected.Length > 0 ? 1 : 0);
    }

    [Fact]
    public void Few_or_tiny_ones_are_no_anomaly()
    {
        new RunStatistics().Add([Good(30), Good(29), Good(1, seconds: 900, size: 1)]).Anomalies.ShouldBeEmpty();
        new RunStatistics().Add([Good(5, seconds: 4), Good(4, seconds: 4), Good(3, seconds: 4), Good(1, seconds: 60)]).Anomalies.ShouldBeEmpty();
        new RunStatistics().Add([Good(5), Good(4), Good(3), Bad(1)]).Anomalies.ShouldBeEmpty();
    }

    [Fact]
    public void Only_the_last_anomalies_are_remembered()
    {
        var all = new RunStatistics().Add(Enumerable.Range(1, 40).Select(i => Good(41 - i, size: i < 4 ? 1000 : 1000 * (1 << (i % 24)))));
        all.Anomalies.Count.ShouldBe(10);
        all.Anomalies.Select(a => a.At).ShouldBe(all.Anomalies.Select(a => a.At).Order());
    }

    [Theory]
    [InlineData("1h", 1, true)]
    [InlineData("24h", 24, true)]
    [InlineData("1d", 24, true)]
    [InlineData("7d", 7, false)]
    [InlineData("48h", 2, false)]
    [InlineData("30d", 30, false)]
    public void Periods_are_whole_hours_or_days(string text, int spans, bool inHours)
    {
        var period = StatisticsPeriod.Parse(text);
        (period.Spans, period.InHours).ShouldBe((spans, inHours));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0h")]
    [InlineData("90m")]
    [InlineData("25h")]
    [InlineData("31d")]
    [InlineData("week")]
    public void Other_periods_are_refused(string text) => Should.Throw<FormatException>(() => StatisticsPeriod.Parse(text)).Message.ShouldContain("30d");

    [Fact]
    public void Sums_are_those_of_a_list_that_forgets_nothing()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var start = Now.AddMinutes(-random.Next(100_000));
            var runs = Enumerable.Range(0, random.Next(1, 120)).Select(i => Random(random, $"r{i}", start.AddSeconds(random.Next(60 * 86_400)))).OrderBy(r => r.CompletedAt).ToList();
            var all = new RunStatistics();
            foreach (var run in runs)
            {
                all = all.Add([run]);
            }

            all.Hours.All.Count.ShouldBeLessThanOrEqualTo(25);
            all.Days.All.Count.ShouldBeLessThanOrEqualTo(31);
            var now = runs[^1].CompletedAt!.Value.AddMinutes(random.Next(5_000));
            foreach (var period in (string[])["1h", "24h", "3d", "7d", "30d"])
            {
                Compare(all.Over(StatisticsPeriod.Parse(period), now), runs, StatisticsPeriod.Parse(period), now, $"seed {seed}, {period}");
            }
        }
    }

    [Fact]
    public void The_order_in_which_they_are_seen_does_not_matter_to_the_sums()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            var runs = Enumerable.Range(0, 60).Select(i => Random(random, $"r{i}", Now.AddSeconds(-random.Next(50 * 86_400)))).ToList();
            var once = new RunStatistics().Add(runs);
            var mixed = runs.OrderBy(_ => random.Next()).Aggregate(new RunStatistics(), (all, run) => all.Add([run]));
            foreach (var period in StatisticsPeriod.All)
            {
                // What is unusual depends on what was known before.
                (mixed.Over(period, Now) with { Anomalies = 0 }).ShouldBe(once.Over(period, Now) with { Anomalies = 0 }, $"seed {seed}");
            }
        }
    }

    [Fact]
    public void Between_two_announced_moments_no_sum_changes()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            var all = new RunStatistics().Add(Enumerable.Range(0, 20).Select(i => Random(random, $"r{i}", Now.AddSeconds(-random.Next(20 * 86_400)))));
            var looks = 0;
            for (DateTimeOffset? at = Now; at is { } from; looks++)
            {
                at = all.NextChange(StatisticsPeriod.All, from);
                at?.ShouldBeGreaterThan(from);
                var until = at ?? from.AddDays(60);
                var sums = Sums(all, from);
                Sums(all, from + ((until - from) * random.NextDouble())).ShouldBe(sums, $"seed {seed}");
                Sums(all, until.AddSeconds(-1) < from ? from : until.AddSeconds(-1)).ShouldBe(sums, $"seed {seed}");
            }

            looks.ShouldBeLessThan(70, "each backup leaves each of three periods once");
            all.Over(StatisticsPeriod.Month, Now.AddDays(32)).ShouldBe(new RunTally());
        }
    }

    private static List<RunTally> Sums(RunStatistics all, DateTimeOffset now) => [.. StatisticsPeriod.All.Select(p => all.Over(p, now))];

    private static void Compare(RunTally sum, List<ScheduledRun> runs, StatisticsPeriod period, DateTimeOffset now, string because)
    {
        var edge = period.InHours
            ? new DateTimeOffset(now.Year, now.Month, now.Day, now.Hour, 0, 0, TimeSpan.Zero).AddHours(-period.Spans)
            : new DateTimeOffset(now.Year, now.Month, now.Day, 0, 0, 0, TimeSpan.Zero).AddDays(-period.Spans);
        var within = runs.Where(r => r.CompletedAt >= edge).ToList();
        var good = within.Where(r => r.Stage == RunStage.Completed).ToList();
        sum.Succeeded.ShouldBe(good.Count, because);
        sum.Failed.ShouldBe(within.Count(r => r.Stage == RunStage.Failed), because);
        sum.Cancelled.ShouldBe(within.Count(r => r.Stage == RunStage.Cancelled), because);
        sum.LogicalBytes.ShouldBe(good.Sum(r => r.Measures!.LogicalBytes), because);
        sum.StoredBytes.ShouldBe(good.Sum(r => r.Measures!.StoredBytes), because);
        sum.DurationSeconds.ShouldBe(good.Sum(r => r.Measures!.Duration.TotalSeconds), 0.01, because);
        sum.TotalDowntimeSeconds.ShouldBe(within.Sum(r => r.DowntimeSeconds), 0.01, because);
    }

    private static ScheduledRun Random(Random random, string name, DateTimeOffset at) =>
        new(name, (RunStage)random.Next((int)RunStage.Completed, (int)RunStage.Cancelled + 1), at)
        {
            CompletedAt = at,
            DowntimeSeconds = Math.Round(random.NextDouble() * 100, 3),
            Measures = new RunMeasures(TimeSpan.FromSeconds(random.Next(1, 7200)), random.NextInt64(1L << 40), random.NextInt64(1L << 36)),
        };

    private static ScheduledRun Good(int hoursAgo, int seconds = 100, double downtime = 5, long size = 1000) =>
        Ended(RunStage.Completed, hoursAgo, downtime) with { Measures = new RunMeasures(TimeSpan.FromSeconds(seconds), size, size / 10) };

    private static ScheduledRun Bad(int hoursAgo, double downtime = 0) => Ended(RunStage.Failed, hoursAgo, downtime);

    private static ScheduledRun Ended(RunStage stage, int hoursAgo, double downtime = 0) =>
        new(string.Create(CultureInfo.InvariantCulture, $"b{hoursAgo}"), stage, Now.AddHours(-hoursAgo)) { CompletedAt = Now.AddHours(-hoursAgo), DowntimeSeconds = downtime };
}
