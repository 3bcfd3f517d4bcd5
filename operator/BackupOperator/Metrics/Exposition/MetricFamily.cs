namespace BackupOperator.Metrics.Exposition;

/// <summary>All series of one name.</summary>
internal sealed class MetricFamily(string name, MetricType type, string help, IReadOnlyList<double> bounds)
{
    private readonly Lock gate = new();
    private readonly Dictionary<Labels, Series> series = [];

    public MetricType Type => type;

    /// <summary>Its values are asked for at each scrape, and hold for that one only.</summary>
    public bool IsObserved { get; init; }

    /// <param name="change">Runs while nobody else reads or writes the series.</param>
    public void Update(ReadOnlySpan<KeyValuePair<string, object?>> tags, double value, Action<Series, double> change)
    {
        var labels = new Labels(tags);
        lock (gate)
        {
            if (!series.TryGetValue(labels, out var found))
            {
                series[labels] = found = new Series(bounds);
            }

            change(found, value);
        }
    }

    public void Clear()
    {
        lock (gate)
        {
            series.Clear();
        }
    }

    public void Remove(Func<Labels, bool> gone)
    {
        lock (gate)
        {
            foreach (var labels in series.Keys.Where(gone).ToList())
            {
                series.Remove(labels);
            }
        }
    }

    /// <summary>Nothing where there is no series.</summary>
    public void Write(TextWriter output)
    {
        lock (gate)
        {
            if (series.Count == 0)
            {
                return;
            }

            output.Write($"# HELP {name} {PrometheusText.EscapeHelp(help)}\n# TYPE {name} {type.ToString().ToLowerInvariant()}\n");
            foreach (var (labels, values) in series.OrderBy(s => s.Key.ToString(), StringComparer.Ordinal))
            {
                Write(output, labels.ToString(), values);
            }
        }
    }

    private void Write(TextWriter output, string labels, Series values)
    {
        if (type != MetricType.Histogram)
        {
            Line(output, "", labels, values.Value);
            return;
        }

        foreach (var (bound, count) in values.Cumulative())
        {
            Line(output, "_bucket", $"{labels}{(labels.Length > 0 ? "," : "")}le=\"{PrometheusText.Number(bound)}\"", count);
        }

        Line(output, "_sum", labels, values.Value);
        Line(output, "_count", labels, values.Count);
    }

    private void Line(TextWriter output, string suffix, string labels, double value) =>
        output.Write($"{name}{suffix}{(labels.Length > 0 ? $"{{{labels}}}" : "")} {PrometheusText.Number(value)}\n");
}
