namespace BackupOperator.Metrics.Exposition;

/// <summary>What was measured under one set of labels.</summary>
/// <param name="bounds">Upper bounds of a histogram's buckets, ascending; empty for all else.</param>
internal sealed class Series(IReadOnlyList<double> bounds)
{
    private readonly long[] buckets = new long[bounds.Count + 1];

    /// <summary>The value of a counter or gauge; the sum of a histogram.</summary>
    public double Value { get; private set; }

    public long Count { get; private set; }

    public void Set(double value) => Value = value;

    public void Add(double value) => Value += value;

    public void Observe(double value)
    {
        var bucket = 0;
        while (bucket < bounds.Count && value > bounds[bucket])
        {
            bucket++;
        }

        buckets[bucket]++;
        Value += value;
        Count++;
    }

    /// <summary>How many values were at or below each bound, and at last all of them.</summary>
    public IEnumerable<(double Bound, long Count)> Cumulative()
    {
        var sum = 0L;
        for (var i = 0; i < buckets.Length; i++)
        {
            sum += buckets[i];
            yield return (i < bounds.Count ? bounds[i] : double.PositiveInfinity, sum);
        }
    }
}
