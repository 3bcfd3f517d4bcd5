namespace BackupOperator.Core.Scheduling;

/// <summary>What a schedule asks for.</summary>
public sealed record ScheduleRules
{
    /// <summary>Tells one timetable from another: the schedule and the time zone as they were written.</summary>
    public required string Text { get; init; }

    public required Timetable Timetable { get; init; }

    public required TimeZoneInfo Zone { get; init; }

    public bool Suspend { get; init; }

    /// <summary>Take the first backup at once.</summary>
    public bool Immediate { get; init; }

    /// <summary>How late a tick may start; null: until the next one.</summary>
    public TimeSpan? StartingDeadline { get; init; }

    public ConcurrencyPolicy Concurrency { get; init; }

    /// <summary>How much later than its tick a run may start, so that not all schedules start at once.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>Empty: runs may start at any time.</summary>
    public IReadOnlyList<MaintenanceWindow> Windows { get; init; } = [];

    /// <summary>So many failed and cancelled backups keep their resources.</summary>
    public int KeepFailed { get; init; }
}
