using BackupOperator.Core.Durations;

namespace BackupOperator.Core.Tests.Durations;

public sealed class DurationTextTests
{
    [Theory]
    [InlineData("90s", 90)]
    [InlineData("30m", 1800)]
    [InlineData("1h30m", 5400)]
    [InlineData("7d", 604_800)]
    [InlineData("0s", 0)]
    [InlineData("1d2h3m4s", 93_784)]
    public void Reads_what_people_write(string text, long seconds)
    {
        DurationText.TryParse(text, out var duration).ShouldBeTrue();
        duration.ShouldBe(TimeSpan.FromSeconds(seconds));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("m")]
    [InlineData("1.5h")]
    [InlineData("-1m")]
    [InlineData("10 m")]
    [InlineData("1w")]
    [InlineData("99999999999999999999d")]
    [InlineData("9223372036854775807s")]
    [InlineData("3650d1s")]
    public void Refuses_everything_else(string? text) => DurationText.TryParse(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData("1h30m", 5400)]
    [InlineData("9999d", 315_360_000)]
    [InlineData("99999999999999999999d", 315_360_000)]
    public void What_is_too_long_is_ten_years_where_it_must_not_throw(string text, long seconds) =>
        DurationText.ParseCapped(text).ShouldBe(TimeSpan.FromSeconds(seconds));

    [Fact]
    public void And_what_is_no_duration_still_throws() => Should.Throw<FormatException>(() => DurationText.ParseCapped("soon"));

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(90, "1m30s")]
    [InlineData(86_400, "1d")]
    [InlineData(93_784, "1d2h3m4s")]
    public void Writes_what_it_can_read(long seconds, string text)
    {
        DurationText.Format(TimeSpan.FromSeconds(seconds)).ShouldBe(text);
        DurationText.Parse(text).ShouldBe(TimeSpan.FromSeconds(seconds));
    }
}
