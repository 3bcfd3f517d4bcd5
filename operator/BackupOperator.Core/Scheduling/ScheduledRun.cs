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

    /// <summary>Why it never began although it was due; null for all others.</summary>
    public string? Unmet { get; init; }

    /// <summary>For how long it has stopped MySQL, in seconds.</summary>
    public double DowntimeSeconds { get; init; }

    /// <summary>Null where they are not known, or it is not good.</summary>
    public RunMeasures? Measures { get; init; }
}

/// <summary>How long a good backup took, and how large it is.</summary>
/// <param name="Duration">From its start to its end.</param>
/// <param name="LogicalBytes">What it holds.</param>
/// <param name="StoredBytes">What it has added to its storage.</param>
public sealed record RunMeasures(TimeSpan Duration, long LogicalBytes, long StoredBytes);
