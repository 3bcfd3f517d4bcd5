using System.Diagnostics.Metrics;
using BackupOperator.Metrics.Exposition;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupOperator.Tests.Metrics;

/// <summary>The rules of https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format.</summary>
public sealed class ExpositionTests : IDisposable
{
    private readonly Meter meter = new("test");
    private readonly MetricRegistry registry;

    public ExpositionTests() => registry = new MetricRegistry(m => m == meter, NullLogger<MetricRegistry>.Instance);

    public void Dispose()
    {
        registry.Dispose();
        meter.Dispose();
    }

    [Fact]
    public void A_counter_adds_up_by_labels_in_whichever_order_they_come()
    {
        var counter = meter.CreateCounter<long>("hits", description: "Hits.");
        counter.Add(1, new("b", "2"), new("a", "1"));
        counter.Add(2, new("a", "1"), new("b", "2"));
        counter.Add(5);

        Text().ShouldBe("""
            # HELP hits_total Hits.
            # TYPE hits_total counter
            hits_total 5
            hits_total{a="1",b="2"} 3

            """);
    }

    [Fact]
    public void What_would_break_a_line_is_escaped_and_nothing_else()
    {
        meter.CreateGauge<double>("odd.name-1", description: "back\\slash\nnew \"line\"").Record(1, new KeyValuePair<string, object?>("0 bad", "a\\b\n\"c\" é, {}"));

        Text().ShouldBe("""
            # HELP odd_name_1 back\\slash\nnew "line"
            # TYPE odd_name_1 gauge
            odd_name_1{_0_bad="a\\b\n\"c\" é, {}"} 1

            """);
    }

    [Fact]
    public void A_histogram_has_cumulative_buckets_up_to_infinity_a_sum_and_a_count()
    {
        var histogram = meter.CreateHistogram("time_seconds", "s", "Time.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 1, 10] });
        foreach (var value in new[] { 0.25, 0.5, 0.75, 10, 100 })
        {
            histogram.Record(value, new KeyValuePair<string, object?>("k", "v"));
        }

        Text().ShouldBe("""
            # HELP time_seconds Time.
            # TYPE time_seconds histogram
            time_seconds_bucket{k="v",le="0.5"} 2
            time_seconds_bucket{k="v",le="1"} 3
            time_seconds_bucket{k="v",le="10"} 4
            time_seconds_bucket{k="v",le="+Inf"} 5
            time_seconds_sum{k="v"} 111.5
            time_seconds_count{k="v"} 5

            """);
    }

    [Fact]
    public void Numbers_are_exact_and_do_not_depend_on_the_language_of_the_machine()
    {
        var gauge = meter.CreateGauge<double>("g");
        double[] values = [double.PositiveInfinity, double.NegativeInfinity, double.NaN, 1e21, 0.1, 1767225600.123, -0.5];
        for (var i = 0; i < values.Length; i++)
        {
            gauge.Record(values[i], new KeyValuePair<string, object?>("i", i));
        }

        Values("g").ShouldBe(["+Inf", "-Inf", "NaN", "1E+21", "0.1", "1767225600.123", "-0.5"]);
    }

    [Fact]
    public void A_gauge_tells_its_last_value_and_an_up_down_counter_its_sum()
    {
        var gauge = meter.CreateGauge<int>("gauge");
        var both = meter.CreateUpDownCounter<int>("up_down");
        gauge.Record(5);
        gauge.Record(3);
        both.Add(5);
        both.Add(-3);

        Values("gauge").ShouldBe(["3"]);
        Values("up_down").ShouldBe(["2"]);
    }

    [Fact]
    public void What_is_observed_no_more_is_told_no_more()
    {
        var there = new List<string> { "a", "b" };
        meter.CreateObservableGauge("seen", () => there.Select(t => new Measurement<int>(1, new KeyValuePair<string, object?>("t", t))));
        Text().ShouldContain("seen{t=\"a\"} 1\n");

        there.Remove("a");

        Text().ShouldNotContain("t=\"a\"");
        Text().ShouldContain("seen{t=\"b\"} 1\n");
        there.Clear();
        Text().ShouldBeEmpty();
    }

    [Fact]
    public void An_observed_counter_tells_its_own_total()
    {
        var total = 5.0;
        meter.CreateObservableCounter("cpu_seconds_total", () => total);
        Values("cpu_seconds_total").ShouldBe(["5"]);
        total = 7;
        Values("cpu_seconds_total").ShouldBe(["7"]);
    }

    [Fact]
    public void One_that_cannot_be_read_takes_no_other_with_it()
    {
        meter.CreateObservableGauge("a", int () => throw new InvalidOperationException("broken"));
        meter.CreateObservableGauge("b", () => 1);
        Text().ShouldBe("# HELP b \n# TYPE b gauge\nb 1\n");
    }

    [Fact]
    public void A_name_has_one_type()
    {
        meter.CreateCounter<int>("x_total").Add(1);
        meter.CreateGauge<int>("x_total").Record(7);
        Values("x_total").ShouldBe(["1"]);
    }

    [Fact]
    public void Series_can_be_forgotten()
    {
        var counter = meter.CreateCounter<int>("x_total");
        counter.Add(1, new KeyValuePair<string, object?>("target", "a"));
        counter.Add(1, new KeyValuePair<string, object?>("target", "b"));
        registry.Remove(labels => labels["target"] == "a");
        Text().ShouldNotContain("target=\"a\"");
        Text().ShouldContain("target=\"b\"");
    }

    [Fact]
    public async Task Nothing_is_lost_when_many_count_while_it_is_read()
    {
        var counter = meter.CreateCounter<int>("x_total");
        var histogram = meter.CreateHistogram<double>("h");
        var writers = Enumerable.Range(0, 4).Select(w => Task.Run(() =>
        {
            for (var i = 0; i < 5000; i++)
            {
                counter.Add(1, new KeyValuePair<string, object?>("k", i % 7));
                histogram.Record(i);
            }
        })).ToList();
        while (!writers.TrueForAll(w => w.IsCompleted))
        {
            Text();
        }

        await Task.WhenAll(writers);
        Values("x_total").Sum(v => int.Parse(v, System.Globalization.CultureInfo.InvariantCulture)).ShouldBe(20000);
        Values("h_count").ShouldBe(["20000"]);
    }

    private string Text()
    {
        using var text = new StringWriter();
        registry.Write(text);
        return text.ToString();
    }

    private string[] Values(string name) =>
    [
        .. Text().Split('\n').Where(l => l.StartsWith(name + " ", StringComparison.Ordinal) || l.StartsWith(name + "{", StringComparison.Ordinal)).Select(l => l.Split(' ')[^1]),
    ];
}
