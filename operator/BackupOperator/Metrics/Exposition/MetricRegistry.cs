using System.Diagnostics.Metrics;

namespace BackupOperator.Metrics.Exposition;

/// <summary>Sums up what the instruments of some meters measure, and writes it in Prometheus' text format.</summary>
internal sealed class MetricRegistry : IDisposable
{
    /// <summary>The bounds of a histogram that advises none (those of Prometheus' own clients).</summary>
    private static readonly double[] DefaultBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private readonly Lock gate = new();
    private readonly SortedDictionary<string, MetricFamily> families = new(StringComparer.Ordinal);
    private readonly MeterListener listener = new();
    private readonly ILogger logger;

    public MetricRegistry(Func<Meter, bool> isOurs, ILogger<MetricRegistry> logger)
    {
        this.logger = logger;
        listener.InstrumentPublished = (instrument, listener) =>
        {
            if (isOurs(instrument.Meter) && TypeOf(instrument) is { } type && FamilyOf(instrument, type) is { } family)
            {
                listener.EnableMeasurementEvents(instrument, new Subscription(family, ChangeOf(instrument, type)));
            }
        };
        listener.SetMeasurementEventCallback<byte>((_, value, tags, state) => Measured(value, tags, state));
        listener.SetMeasurementEventCallback<short>((_, value, tags, state) => Measured(value, tags, state));
        listener.SetMeasurementEventCallback<int>((_, value, tags, state) => Measured(value, tags, state));
        listener.SetMeasurementEventCallback<long>((_, value, tags, state) => Measured(value, tags, state));
        listener.SetMeasurementEventCallback<float>((_, value, tags, state) => Measured(value, tags, state));
        listener.SetMeasurementEventCallback<double>((_, value, tags, state) => Measured(value, tags, state));
        listener.SetMeasurementEventCallback<decimal>((_, value, tags, state) => Measured((double)value, tags, state));
        listener.Start();
    }

    /// <summary>Forgets series of which nothing is to be heard any more.</summary>
    public void Remove(Func<Labels, bool> gone)
    {
        foreach (var family in Families())
        {
            family.Remove(gone);
        }
    }

    /// <summary>Asks the observable instruments, and writes all. One at a time.</summary>
    public void Write(TextWriter output)
    {
        lock (gate)
        {
            // What is not observed any more is not there any more.
            foreach (var family in Families().Where(f => f.IsObserved))
            {
                family.Clear();
            }

            try
            {
                listener.RecordObservableInstruments();
            }
            catch (AggregateException e)
            {
                logger.LogError(e, "Some metrics could not be read");
            }

            foreach (var family in Families())
            {
                family.Write(output);
            }
        }
    }

    public void Dispose() => listener.Dispose();

    private static void Measured(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        var (family, change) = (Subscription)state!;
        family.Update(tags, value, change);
    }

    private static MetricType? TypeOf(Instrument instrument) => instrument.GetType() switch
    {
        { IsGenericType: true } type when type.GetGenericTypeDefinition() is var kind =>
            kind == typeof(Counter<>) || kind == typeof(ObservableCounter<>) ? MetricType.Counter
            : kind == typeof(Histogram<>) ? MetricType.Histogram
            : kind == typeof(Gauge<>) || kind == typeof(UpDownCounter<>) || kind == typeof(ObservableGauge<>) || kind == typeof(ObservableUpDownCounter<>) ? MetricType.Gauge
            : null,
        _ => null,
    };

    /// <summary>Observable instruments and gauges tell the value itself, the others what is to be added.</summary>
    private static Action<Series, double> ChangeOf(Instrument instrument, MetricType type) => type switch
    {
        MetricType.Histogram => (series, value) => series.Observe(value),
        _ when instrument.IsObservable || instrument.GetType().GetGenericTypeDefinition() == typeof(Gauge<>) => (series, value) => series.Set(value),
        _ => (series, value) => series.Add(value),
    };

    /// <summary>A name has one type and one help text; a second instrument of both only adds series.</summary>
    private MetricFamily? FamilyOf(Instrument instrument, MetricType type)
    {
        var name = PrometheusText.MetricName(instrument.Name, type);
        lock (families)
        {
            if (families.TryGetValue(name, out var known))
            {
                return known.Type == type ? known : null;
            }

            var bounds = type == MetricType.Histogram ? (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries ?? DefaultBounds : [];
            return families[name] = new MetricFamily(name, type, instrument.Description ?? "", bounds) { IsObserved = instrument.IsObservable };
        }
    }

    private List<MetricFamily> Families()
    {
        lock (families)
        {
            return [.. families.Values];
        }
    }

    private sealed record Subscription(MetricFamily Family, Action<Series, double> Change);
}
