namespace BackupOperator.Core.Scheduling;

/// <summary>A tick each time an interval has passed since the anchor, whatever clocks show.</summary>
public sealed class IntervalTimetable(DateTimeOffset anchor, TimeSpan interval) : Timetable
{
    public override DateTimeOffset? Next(DateTimeOffset after) =>
        after < anchor ? anchor + interval : anchor + (interval * (((after - anchor).Ticks / interval.Ticks) + 1));
}
