using BackupOperator.Core.Runs;

namespace BackupOperator.Core.Scheduling;

/// <summary>A backup of the schedule.</summary>
public sealed record ScheduledRun(string Name, RunStage Stage, DateTimeOffset CreatedAt)
{
    /// <summary>What it was created for; null where a person has asked for it.</summary>
    public DateTimeOffset? Tick { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>It is to end, or to go.</summary>
    public bool Ending { get; init; }
}
