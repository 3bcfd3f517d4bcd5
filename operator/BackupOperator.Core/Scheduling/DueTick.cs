namespace BackupOperator.Core.Scheduling;

/// <summary>The ticks of a schedule that are not accounted for.</summary>
/// <param name="Tick">The last one whose start has come; null where none has.</param>
/// <param name="Start">When it was to start: the tick and its jitter.</param>
/// <param name="Before">How many came before it.</param>
/// <param name="First">The first of those.</param>
/// <param name="Upcoming">When the next tick after it starts; null where none is to come.</param>
public sealed record DueTick(DateTimeOffset? Tick, DateTimeOffset? Start, int Before, DateTimeOffset? First, DateTimeOffset? Upcoming)
{
    /// <summary>Counts no further than this; what is more is told as "at least".</summary>
    public const int Most = 10_000;

    /// <summary>
    /// Finds the ticks after <paramref name="since"/> whose start has come. However long nobody has looked, it asks the
    /// timetable a bounded number of times.
    /// </summary>
    public static DueTick Find(Timetable timetable, string uid, TimeSpan jitter, DateTimeOffset since, DateTimeOffset now)
    {
        var latest = timetable.Latest(since, now);
        var upcoming = StartOf(timetable, uid, jitter, timetable.Next(latest ?? now));
        if (latest is { } tick && StartOf(timetable, uid, jitter, tick) is { } start && start > now)
        {
            // Its jitter is not over; the one before it has started at the latest with it.
            (upcoming, latest) = (start, timetable.Latest(since, tick.AddSeconds(-1)));
        }

        if (latest is not { } due)
        {
            return new DueTick(null, null, 0, null, upcoming);
        }

        var before = timetable.Count(since, due.AddSeconds(-1), Most);
        return new DueTick(due, StartOf(timetable, uid, jitter, due), before, before > 0 ? timetable.Next(since) : null, upcoming);
    }

    /// <summary>The jitter never reaches the next tick: so they start in their order.</summary>
    private static DateTimeOffset? StartOf(Timetable timetable, string uid, TimeSpan jitter, DateTimeOffset? tick)
    {
        if (tick is not { } at || jitter == TimeSpan.Zero)
        {
            return tick;
        }

        var room = timetable.Next(at) - at ?? jitter;
        return at + Jitter.Of(uid, at, jitter < room ? jitter : room);
    }
}
