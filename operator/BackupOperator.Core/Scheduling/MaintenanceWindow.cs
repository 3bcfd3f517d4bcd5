namespace BackupOperator.Core.Scheduling;

/// <summary>A time of the day, on some days of the week, in which runs may start.</summary>
/// <param name="From">On the wall clock of the schedule's time zone; included.</param>
/// <param name="To">Excluded. Not after <paramref name="From"/>: on the next day.</param>
/// <param name="Days">The days on which it opens; empty for all.</param>
public sealed record MaintenanceWindow(TimeOnly From, TimeOnly To, IReadOnlyCollection<DayOfWeek> Days)
{
    public bool IsOpen(DateTime wallClock)
    {
        var (time, day) = (TimeOnly.FromDateTime(wallClock), wallClock.DayOfWeek);
        if (From < To)
        {
            return time >= From && time < To && OpensOn(day);
        }

        return (time >= From && OpensOn(day)) || (time < To && OpensOn((DayOfWeek)(((int)day + 6) % 7)));
    }

    private bool OpensOn(DayOfWeek day) => Days.Count == 0 || Days.Contains(day);

    /// <summary>When one of the windows is open, from <paramref name="moment"/> on; null where none opens within ten days.</summary>
    public static DateTimeOffset? NextOpening(IReadOnlyList<MaintenanceWindow> windows, TimeZoneInfo zone, DateTimeOffset moment)
    {
        if (windows.Count == 0 || windows.Any(w => w.IsOpen(WallClock(zone, moment))))
        {
            return moment;
        }

        // Minute by minute, as the clock shows them: this needs no rules for days on which clocks are changed.
        var minute = new DateTimeOffset(moment.UtcTicks - (moment.UtcTicks % TimeSpan.TicksPerMinute), TimeSpan.Zero);
        for (var end = minute.AddDays(10); minute < end; minute = minute.AddMinutes(1))
        {
            if (minute > moment && windows.Any(w => w.IsOpen(WallClock(zone, minute))))
            {
                return minute;
            }
        }

        return null;
    }

    private static DateTime WallClock(TimeZoneInfo zone, DateTimeOffset moment) => (moment.ToUniversalTime() + zone.GetUtcOffset(moment)).DateTime;
}
