using BackupOperator.Core.Scheduling;

namespace BackupOperator.Core.Statistics;

/// <summary>
/// What became of the backups of a schedule in the last 30 days, in sums of hours and days: it stays as small as it is,
/// however many backups there are, and outlives their resources.
/// </summary>
public sealed record RunStatistics
{
    private const int MostAnomalies = 10;

    /// <summary>For windows of up to 24 hours.</summary>
    public TallyBuckets Hours { get; init; } = new(TimeSpan.FromHours(1), 24);

    /// <summary>For windows of up to 30 days.</summary>
    public TallyBuckets Days { get; init; } = new(TimeSpan.FromDays(1), 30);

    /// <summary>The last ones, the newest last.</summary>
    public IReadOnlyList<RunAnomaly> Anomalies { get; init; } = [];

    /// <summary>Counts backups that have ended and were not counted before; it is the caller who knows that.</summary>
    public RunStatistics Add(IEnumerable<ScheduledRun> ended) =>
        ended.Where(r => r.CompletedAt is not null).OrderBy(r => r.CompletedAt).ThenBy(r => r.Name, StringComparer.Ordinal).Aggregate(this, (all, run) => all.Add(run));

    public RunStatistics AddMissed(long ticks, DateTimeOffset now) => Add(new RunTally { Missed = ticks }, now);

    /// <summary>The sum of a period that ends now.</summary>
    public RunTally Over(StatisticsPeriod period, DateTimeOffset now) => BucketsOf(period).Sum(period.Spans, now);

    /// <summary>When the sum of one of these periods changes without any event; null where it does not.</summary>
    public DateTimeOffset? NextChange(IEnumerable<StatisticsPeriod> periods, DateTimeOffset now) =>
        periods.Select(p => BucketsOf(p).NextLeaving(p.Spans, now)).Min();

    private RunStatistics Add(ScheduledRun run)
    {
        var found = RunAnomaly.Find(run, Over(StatisticsPeriod.Month, run.CompletedAt!.Value)).ToList();
        return Add(RunTally.Of(run, found.Count > 0), run.CompletedAt.Value) with { Anomalies = [.. Anomalies.Concat(found).OrderBy(a => a.At).TakeLast(MostAnomalies)] };
    }

    private RunStatistics Add(RunTally tally, DateTimeOffset at) => this with { Hours = Hours.Add(tally, at), Days = Days.Add(tally, at) };

    private TallyBuckets BucketsOf(StatisticsPeriod period) => period.InHours ? Hours : Days;
}
