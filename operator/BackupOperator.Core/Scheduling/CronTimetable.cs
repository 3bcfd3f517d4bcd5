namespace BackupOperator.Core.Scheduling;

/// <summary>
/// A tick in each minute in which the wall clock of a time zone shows a time of a cron expression. So a time that a
/// change of the clock leaves out has no tick that day, and one that comes twice has two, as in a Kubernetes CronJob.
/// </summary>
public sealed class CronTimetable(CronExpression expression, TimeZoneInfo zone) : Timetable
{
    private const int LongestSearchYears = 5;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    public override DateTimeOffset? Next(DateTimeOffset after)
    {
        if (after.UtcDateTime.Year > DateTimeOffset.MaxValue.Year - LongestSearchYears - 1)
        {
            return null;
        }

        var end = after.AddYears(LongestSearchYears);
        var moment = new DateTimeOffset(after.UtcTicks - (after.UtcTicks % Minute.Ticks), TimeSpan.Zero) + Minute;
        while (moment <= end)
        {
            var wallClock = (moment + zone.GetUtcOffset(moment)).DateTime;
            if (Wait(wallClock) is not { } wait)
            {
                return moment;
            }

            moment = Pass(moment, wallClock, wait);
        }

        return null;
    }

    /// <summary>How long nothing can match, if the clock is not changed meanwhile; null where it matches now.</summary>
    private TimeSpan? Wait(DateTime wallClock)
    {
        if (!expression.MatchesDay(wallClock))
        {
            return TimeSpan.FromDays(1) - wallClock.TimeOfDay;
        }

        var hour = expression.Hour.From(wallClock.Hour);
        if (hour != wallClock.Hour)
        {
            return TimeSpan.FromHours(hour ?? 24) - wallClock.TimeOfDay;
        }

        var minute = expression.Minute.From(wallClock.Minute);
        return minute == wallClock.Minute ? null : TimeSpan.FromMinutes((minute ?? 60) - wallClock.Minute);
    }

    private DateTimeOffset Pass(DateTimeOffset moment, DateTime wallClock, TimeSpan wait)
    {
        var offset = zone.GetUtcOffset(moment);
        if (zone.GetUtcOffset(moment + wait) == offset)
        {
            return moment + wait;
        }

        // The clock is changed on the way: go there in small steps.
        var toTheHour = TimeSpan.FromMinutes(60 - wallClock.Minute);
        return toTheHour < wait && zone.GetUtcOffset(moment + toTheHour) == offset ? moment + toTheHour : moment + Minute;
    }
}
