namespace BackupOperator.Core.Statistics;

/// <summary>Tallies of equal spans of time, the oldest first. Spans in which nothing ended have none.</summary>
/// <param name="Span">An hour or a day.</param>
/// <param name="Reach">How many spans a window reaches back before the one that runs; what is older goes when something is added.</param>
public sealed record TallyBuckets(TimeSpan Span, int Reach)
{
    public IReadOnlyList<TallyBucket> All { get; init; } = [];

    public TallyBuckets Add(RunTally tally, DateTimeOffset at)
    {
        var start = Floor(at);
        var all = All.ToDictionary(b => b.Start, b => b.Tally);
        all[start] = all.GetValueOrDefault(start, new RunTally()) + tally;
        var oldest = all.Keys.Max() - (Span * Reach);
        return this with { All = [.. all.Where(b => b.Key >= oldest).OrderBy(b => b.Key).Select(b => new TallyBucket(b.Key, b.Value))] };
    }

    /// <summary>The sum of the span that runs and of so many before it.</summary>
    public RunTally Sum(int spans, DateTimeOffset now)
    {
        var from = Floor(now) - (Span * spans);
        return All.Where(b => b.Start >= from).Aggregate(new RunTally(), (sum, b) => sum + b.Tally);
    }

    /// <summary>When the next tally leaves a window of so many spans before the one that runs; null where none will.</summary>
    public DateTimeOffset? NextLeaving(int spans, DateTimeOffset now) =>
        All.Select(b => (DateTimeOffset?)b.Start + (Span * (spans + 1))).Where(leaves => leaves > now).Min();

    private DateTimeOffset Floor(DateTimeOffset at) => new(at.UtcTicks - (at.UtcTicks % Span.Ticks), TimeSpan.Zero);
}
