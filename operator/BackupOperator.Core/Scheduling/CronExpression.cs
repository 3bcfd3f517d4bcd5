namespace BackupOperator.Core.Scheduling;

/// <summary>
/// A cron expression of five fields, or one of the macros <c>@hourly</c> to <c>@yearly</c>, with the meaning that it has
/// in a Kubernetes CronJob (robfig/cron v3, the standard parser): where both the day of the month and the day of the week
/// are restricted, a day has to match only one of them.
/// </summary>
public sealed class CronExpression
{
    private static readonly Dictionary<string, string> Macros = new(StringComparer.Ordinal)
    {
        ["@yearly"] = "0 0 1 1 *",
        ["@annually"] = "0 0 1 1 *",
        ["@monthly"] = "0 0 1 * *",
        ["@weekly"] = "0 0 * * 0",
        ["@daily"] = "0 0 * * *",
        ["@midnight"] = "0 0 * * *",
        ["@hourly"] = "0 * * * *",
    };

    private readonly CronField dayOfMonth;
    private readonly CronField month;
    private readonly CronField dayOfWeek;

    private CronExpression(CronField minute, CronField hour, CronField dayOfMonth, CronField month, CronField dayOfWeek)
    {
        (Minute, Hour) = (minute, hour);
        (this.dayOfMonth, this.month, this.dayOfWeek) = (dayOfMonth, month, dayOfWeek);
    }

    internal CronField Minute { get; }

    internal CronField Hour { get; }

    /// <exception cref="FormatException">The text is no such expression; the message says what is wrong with it.</exception>
    public static CronExpression Parse(string text)
    {
        if (text.StartsWith('@') && !Macros.ContainsKey(text))
        {
            throw new FormatException($"'{text}' is unknown; there are {string.Join(", ", Macros.Keys)} and @every with a duration such as 90m");
        }

        var fields = Macros.GetValueOrDefault(text, text).Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length != 5)
        {
            throw new FormatException($"'{text}' has {fields.Length} fields; five are needed: minute, hour, day of the month, month, day of the week (the time zone goes into spec.timeZone)");
        }

        try
        {
            return new CronExpression(
                CronField.Parse(fields[0], CronFieldKind.Minute),
                CronField.Parse(fields[1], CronFieldKind.Hour),
                CronField.Parse(fields[2], CronFieldKind.DayOfMonth),
                CronField.Parse(fields[3], CronFieldKind.Month),
                CronField.Parse(fields[4], CronFieldKind.DayOfWeek));
        }
        catch (FormatException e)
        {
            throw new FormatException($"'{text}' is no schedule: {e.Message}", e);
        }
    }

    /// <summary>Whether the wall clock shows a time of the expression; seconds do not count.</summary>
    public bool Matches(DateTime wallClock) => MatchesDay(wallClock) && Hour.Contains(wallClock.Hour) && Minute.Contains(wallClock.Minute);

    internal bool MatchesDay(DateTime wallClock)
    {
        if (!month.Contains(wallClock.Month))
        {
            return false;
        }

        var (byDate, byWeekday) = (dayOfMonth.Contains(wallClock.Day), dayOfWeek.Contains((int)wallClock.DayOfWeek));
        return dayOfMonth.IsStar || dayOfWeek.IsStar ? byDate && byWeekday : byDate || byWeekday;
    }
}
