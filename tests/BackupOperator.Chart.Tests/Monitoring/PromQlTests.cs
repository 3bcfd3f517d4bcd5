namespace BackupOperator.Chart.Tests.Monitoring;

public sealed class PromQlTests
{
    [Theory]
    [InlineData("up == 0", "up")]
    [InlineData("sum by (namespace, le) (rate(a_bucket{job=\"b\", c=~\"d|e\"}[5m])) / on (x) group_left (y) 1e3", "a_bucket")]
    [InlineData("a{b=\"}\"} unless ignoring(c) d offset 12h", "a d")]
    [InlineData("histogram_quantile(0.95, increase(a_b:c[$__rate_interval])) > bool 2 or absent(z)", "a_b:c z")]
    [InlineData("time() - max(x) > $__range_s", "x")]
    public void Metrics_are_found_and_nothing_else(string expression, string expected) =>
        string.Join(' ', PromQl.Metrics(expression)).ShouldBe(expected);
}
