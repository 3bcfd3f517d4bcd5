using BackupOperator.Core.Statistics;

namespace BackupOperator.Core.Scheduling;

/// <summary>What the status of a schedule remembers because the world does not tell it.</summary>
public sealed record ScheduleMemory
{
    /// <summary><see cref="ScheduleRules.Text"/> of the last look; null before the first.</summary>
    public string? Text { get; init; }

    /// <summary>All ticks up to here have run, were skipped, or were missed and told.</summary>
    public DateTimeOffset? AccountedUntil { get; init; }

    public bool Suspended { get; init; }

    /// <summary>The tick that is due and cannot start.</summary>
    public WaitingTick? Waiting { get; init; }

    /// <summary>The last tick that was started.</summary>
    public DateTimeOffset? LastScheduleTime { get; init; }

    /// <summary>The backup that <c>spec.immediate</c> asked for.</summary>
    public string? FirstRun { get; init; }

    /// <summary>The backups that tokens have asked for, the newest last.</summary>
    public IReadOnlyList<TriggeredRun> Triggers { get; init; } = [];

    /// <summary>Ticks that nobody was there for, or that came too late to start, in the life of the schedule.</summary>
    public long Missed { get; init; }

    /// <summary>Ticks that were not to run: their time passed while something forbade it, or the schedule was suspended.</summary>
    public long Skipped { get; init; }

    public int ConsecutiveFailures { get; init; }

    /// <summary>Which ended backups are in these numbers; null before the first.</summary>
    public CountedRuns? Counted { get; init; }

    public RunStatistics Statistics { get; init; } = new();

    /// <summary>When the last failed backup ended.</summary>
    public DateTimeOffset? LastFailure { get; init; }

    public DateTimeOffset? LastSuccess { get; init; }
}

/// <summary>A tick that is due and cannot start.</summary>
/// <param name="Reason">One of <see cref="WaitReason"/>.</param>
public sealed record WaitingTick(DateTimeOffset Tick, string Reason, string Message);

/// <summary>A backup that a token has asked for.</summary>
public sealed record TriggeredRun(string Token, string Run, DateTimeOffset At);
