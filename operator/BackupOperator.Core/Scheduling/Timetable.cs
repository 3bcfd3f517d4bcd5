using BackupOperator.Core.Durations;

namespace BackupOperator.Core.Scheduling;

/// <summary>The moments at which a schedule is due: its ticks.</summary>
public abstract class Timetable
{
    private const string Every = "@every ";

    /// <summary>More than the minutes of a day: the night of a schedule that works by day is among them.</summary>
    private const int MostGaps = 1500;

    /// <summary>A week and what a change of the clock can add to it.</summary>
    private static readonly TimeSpan GapHorizon = TimeSpan.FromDays(8);

    /// <summary>The first tick after a moment; null where there is none within five years.</summary>
    public abstract DateTimeOffset? Next(DateTimeOffset after);

    /// <summary>Reads <c>spec.schedule</c>: five fields, a macro, or <c>@every</c> with a duration in whole minutes.</summary>
    /// <param name="zone">Whose wall clock the fields mean.</param>
    /// <param name="anchor">What <c>@every</c> counts from: the creation of the schedule.</param>
    /// <exception cref="FormatException">The text is none of these; the message says what is wrong with it.</exception>
    public static Timetable Parse(string text, TimeZoneInfo zone, DateTimeOffset anchor)
    {
        if (!text.StartsWith(Every, StringComparison.Ordinal))
        {
            return new CronTimetable(CronExpression.Parse(text.Trim()), zone);
        }

        return DurationText.TryParse(text[Every.Length..].Trim(), out var interval) && interval >= TimeSpan.FromMinutes(1) && interval.Seconds == 0
            ? new IntervalTimetable(anchor, interval)
            : throw new FormatException($"'{text}' needs a duration in whole minutes, such as @every 90m or @every 6h");
    }

    /// <summary>The last tick after <paramref name="since"/> and not after <paramref name="until"/>, or null. However many there are, it asks for a few only.</summary>
    public DateTimeOffset? Latest(DateTimeOffset since, DateTimeOffset until)
    {
        if (Next(since) is not { } tick || tick > until)
        {
            return null;
        }

        // The tick after a moment never comes earlier for a later moment, so that halving finds the last one.
        while (until - tick > TimeSpan.FromSeconds(1))
        {
            var middle = tick + ((until - tick) / 2);
            if (Next(middle) is { } later && later <= until)
            {
                tick = later;
            }
            else
            {
                until = middle;
            }
        }

        return tick;
    }

    /// <summary>The longest time between two ticks that follow each other, of those that are to come within eight days; of the next two at least.</summary>
    public TimeSpan? LongestGap(DateTimeOffset now)
    {
        TimeSpan? longest = null;
        var tick = Next(now);
        for (var count = 0; tick is { } at && (longest is null || at < now + GapHorizon) && count < MostGaps; count++)
        {
            tick = Next(at);
            longest = tick - at > longest || longest is null ? tick - at : longest;
        }

        return longest;
    }

    /// <summary>How many ticks are after <paramref name="since"/> and not after <paramref name="until"/>; counts no further than <paramref name="most"/>.</summary>
    public int Count(DateTimeOffset since, DateTimeOffset until, int most)
    {
        var count = 0;
        for (var tick = Next(since); tick <= until && count < most; tick = Next(tick.Value))
        {
            count++;
        }

        return count;
    }
}
