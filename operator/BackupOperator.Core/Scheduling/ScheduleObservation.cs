namespace BackupOperator.Core.Scheduling;

/// <summary>A schedule as it was observed.</summary>
public sealed record ScheduleObservation
{
    public required string Name { get; init; }

    public required string Uid { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required ScheduleRules Rules { get; init; }

    public ScheduleMemory Memory { get; init; } = new();

    /// <summary>The schedule's own backups.</summary>
    public IReadOnlyList<ScheduledRun> Runs { get; init; } = [];

    /// <summary>Why the target is in no state for a backup, where that is asked for; null otherwise.</summary>
    public string? TargetProblem { get; init; }

    /// <summary>The token of the annotation; null without one.</summary>
    public string? Token { get; init; }
}
