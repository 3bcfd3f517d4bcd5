using BackupOperator.Kubernetes.Models;

namespace BackupOperator.Kubernetes.Tests.Models;

public sealed class KubernetesDurationTests
{
    [Theory]
    [InlineData("30m", 1800)]
    [InlineData("1h30m", 5400)]
    [InlineData("1.5h", 5400)]
    [InlineData("500ms", 0.5)]
    [InlineData("7d", 604800)]
    [InlineData("1w1d", 691200)]
    [InlineData("0s", 0)]
    public void A_duration_is_read(string text, double seconds) =>
        KubernetesDuration.Parse(text).Value.ShouldBe(TimeSpan.FromSeconds(seconds));

    [Theory]
    [InlineData("")]
    [InlineData("30")]
    [InlineData("-5m")]
    [InlineData("5 m")]
    [InlineData("m")]
    [InlineData("99999999999999999999h")]
    [InlineData("30m\n")]
    public void Other_texts_are_refused(string text) => KubernetesDuration.TryParse(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData("90s", "1m30s")]
    [InlineData("2d", "48h")]
    [InlineData("0m", "0s")]
    [InlineData("1500ms", "1s500ms")]
    public void It_is_written_in_units_that_every_reader_knows(string text, string written) =>
        KubernetesDuration.Parse(text).ToString().ShouldBe(written);
}
