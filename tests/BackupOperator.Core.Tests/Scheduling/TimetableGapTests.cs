using BackupOperator.Core.Scheduling;

namespace BackupOperator.Core.Tests.Scheduling;

public sealed class TimetableGapTests
{
    [Theory]
    [InlineData("30 2 * * *", 24 * 60)]
    [InlineData("@hourly", 60)]
    [InlineData("* * * * *", 1)]
    [InlineData("0 2 * * 1-5", 72 * 60)]
    [InlineData("*/5 9-17 * * *", (15 * 60) + 5)]
    [InlineData("@weekly", 7 * 24 * 60)]
    [InlineData("@monthly", 31 * 24 * 60)]
    [InlineData("@every 90m", 90)]
    public void The_longest_time_between_two_ticks_is_known_whenever_one_looks(string schedule, int minutes)
    {
        var timetable = Timetable.Parse(schedule, TimeZoneInfo.Utc, new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        for (var hour = 0; hour < 24 * 8; hour += 5)
        {
            timetable.LongestGap(new DateTimeOffset(2026, 7, 1, 0, 0, 7, TimeSpan.Zero).AddHours(hour)).ShouldBe(TimeSpan.FromMinutes(minutes));
        }
    }

    [Fact]
    public void A_day_that_comes_once_in_a_while_has_a_gap_too()
    {
        var now = new DateTimeOffset(2026, 7, 1, 0, 0, 0, TimeSpan.Zero);
        Timetable.Parse("0 0 29 2 *", TimeZoneInfo.Utc, now).LongestGap(now).ShouldBe(TimeSpan.FromDays(1461));
        Timetable.Parse("0 0 1 1 *", TimeZoneInfo.Utc, now).LongestGap(now).ShouldBe(TimeSpan.FromDays(365));
    }
}
