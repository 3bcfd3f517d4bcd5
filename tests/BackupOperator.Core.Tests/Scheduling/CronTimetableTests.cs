using System.Globalization;
using BackupOperator.Core.Scheduling;

namespace BackupOperator.Core.Tests.Scheduling;

public sealed class CronTimetableTests
{
    private static readonly string[] Zones =
        ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "America/Santiago", "America/St_Johns", "Africa/Casablanca"];

    /// <summary>Computed with robfig/cron v3 itself, which the Kubernetes CronJob controller uses; most are near a change of clocks.</summary>
    [Fact]
    public void The_next_ticks_are_those_of_a_Kubernetes_CronJob()
    {
        var cases = 0;
        foreach (var line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Scheduling", "robfig-cron.tsv")))
        {
            var columns = line.Split('\t');
            var timetable = Of(columns[1], columns[0]);
            DateTimeOffset? moment = DateTimeOffset.FromUnixTimeSeconds(long.Parse(columns[2], CultureInfo.InvariantCulture));
            foreach (var expected in columns[3].Split(' '))
            {
                moment = timetable.Next(moment!.Value);
                (moment?.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture) ?? "-").ShouldBe(expected, line);
            }

            cases++;
        }

        cases.ShouldBe(1200);
    }

    /// <summary>The model: look at the clock in each minute.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_tick_is_each_minute_in_which_the_wall_clock_matches(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 40; round++)
        {
            var zone = TimeZoneInfo.FindSystemTimeZoneById(Zones[random.Next(Zones.Length)]);
            var text = RandomExpression(random);
            var expression = CronExpression.Parse(text);
            var timetable = new CronTimetable(expression, zone);
            var start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(random.Next(360 * 1440)).AddSeconds(random.Next(60));
            var end = start.AddDays(8);

            var modelled = new List<DateTimeOffset>();
            for (var minute = start.AddSeconds(60 - start.Second); minute <= end; minute = minute.AddMinutes(1))
            {
                if (expression.Matches((minute + zone.GetUtcOffset(minute)).DateTime))
                {
                    modelled.Add(minute);
                }
            }

            Ticks(timetable, start, end).ShouldBe(modelled, $"{text} in {zone.Id} from {start:O}");
            timetable.Count(start, end, int.MaxValue).ShouldBe(modelled.Count);
            timetable.Latest(start, end).ShouldBe(modelled.Count == 0 ? null : modelled[^1], text);
        }
    }

    [Theory]
    [InlineData("30 2 * * *", "2026-03-28T02:30:00+01:00", "2026-03-30T02:30:00+02:00")]
    [InlineData("30 2 * * *", "2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00")]
    [InlineData("30 2 * * *", "2026-10-25T02:30:00+01:00", "2026-10-26T02:30:00+01:00")]
    [InlineData("0 * * * *", "2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00")]
    [InlineData("0 0 29 2 ?", "2026-01-01T00:00:00+01:00", "2028-02-29T00:00:00+01:00")]
    [InlineData("0 0 13 * FRI", "2026-01-01T00:00:00+01:00", "2026-01-02T00:00:00+01:00")]
    [InlineData("0 0 */13 * fri", "2026-01-01T00:00:00+01:00", "2026-01-02T00:00:00+01:00")]
    [InlineData("59 23 31 12 *", "2026-12-31T23:58:59+01:00", "2026-12-31T23:59:00+01:00")]
    public void In_Berlin(string text, string after, string next) =>
        Of(text, "Europe/Berlin").Next(At(after)).ShouldBe(At(next));

    [Fact]
    public void A_day_that_never_comes_has_no_tick()
    {
        Of("0 0 30 2 *", "Europe/Berlin").Next(At("2026-01-01T00:00:00Z")).ShouldBeNull();
        Of("* * * * *", "UTC").Next(DateTimeOffset.MaxValue).ShouldBeNull();
    }

    [Theory]
    [InlineData("* * * * *")]
    [InlineData("* * * 1 *")]
    [InlineData("0 0 1 1 *")]
    public void Years_of_ticks_cost_nothing(string text)
    {
        var timetable = Of(text, "America/New_York");
        var (since, until) = (At("1990-01-01T00:00:00Z"), At("2026-06-01T12:00:30Z"));
        var latest = timetable.Latest(since, until).ShouldNotBeNull();

        timetable.Next(latest)!.Value.ShouldBeGreaterThan(until);
        timetable.Count(since, until, most: 1000).ShouldBe(text == "0 0 1 1 *" ? 37 : 1000);
    }

    [Theory]
    [InlineData("")]
    [InlineData("* * * *")]
    [InlineData("* * * * * *")]
    [InlineData("60 0 * * *")]
    [InlineData("0 24 * * *")]
    [InlineData("0 0 0 * *")]
    [InlineData("0 0 * * 7")]
    [InlineData("0 0 * 13 *")]
    [InlineData("0 0 * * XYZ")]
    [InlineData("5-1 * * * *")]
    [InlineData("*/0 * * * *")]
    [InlineData("1,,2 * * * *")]
    [InlineData("1-2-3 * * * *")]
    [InlineData("1/2/3 * * * *")]
    [InlineData("-1 * * * *")]
    [InlineData("+1 * * * *")]
    [InlineData("* mon * * *")]
    [InlineData("@reboot")]
    [InlineData("@every")]
    [InlineData("@every 30s")]
    [InlineData("@every 1h30s")]
    [InlineData("@every -1h")]
    [InlineData("TZ=UTC 0 0 * * *")]
    public void What_is_no_schedule_is_refused_with_its_text(string text)
    {
        var problem = Should.Throw<FormatException>(() => Timetable.Parse(text, TimeZoneInfo.Utc, default));
        problem.Message.ShouldContain($"'{text}'");
    }

    [Fact]
    public void Every_counts_from_the_creation()
    {
        var created = At("2026-03-01T12:34:56Z");
        var timetable = Timetable.Parse("@every 1h30m", TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"), created);

        timetable.Next(created.AddYears(-1)).ShouldBe(created.AddMinutes(90));
        timetable.Next(created).ShouldBe(created.AddMinutes(90));
        timetable.Next(created.AddMinutes(89)).ShouldBe(created.AddMinutes(90));
        timetable.Next(created.AddMinutes(90)).ShouldBe(created.AddMinutes(180));
        timetable.Latest(created, created.AddYears(1)).ShouldBe(created.AddMinutes(90 * 5840));
    }

    private static List<DateTimeOffset> Ticks(Timetable timetable, DateTimeOffset since, DateTimeOffset until)
    {
        var ticks = new List<DateTimeOffset>();
        for (var tick = timetable.Next(since); tick <= until; tick = timetable.Next(tick.Value))
        {
            ticks.Add(tick.Value);
        }

        return ticks;
    }

    private static string RandomExpression(Random random)
    {
        return string.Join(' ', Field(0, 59), Field(0, 23), Field(1, 31), Field(1, 12), Field(0, 6));

        string Field(int first, int last)
        {
            var from = random.Next(first, last + 1);
            return random.Next(6) switch
            {
                0 or 1 => "*",
                2 => $"*/{random.Next(1, 9)}",
                3 => $"{from}-{random.Next(from, last + 1)}/{random.Next(1, 4)}",
                4 => $"{from},{random.Next(first, last + 1)}",
                _ => $"{from}/{random.Next(1, 9)}",
            };
        }
    }

    private static Timetable Of(string text, string zone) => Timetable.Parse(text, TimeZoneInfo.FindSystemTimeZoneById(zone), default);

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
