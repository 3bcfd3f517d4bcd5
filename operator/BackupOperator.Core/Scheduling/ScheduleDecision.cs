namespace BackupOperator.Core.Scheduling;

/// <summary>What is to be done about a schedule, and what to remember.</summary>
public sealed record ScheduleDecision
{
    /// <summary>What to remember if nothing is started, or the start is refused.</summary>
    public required ScheduleMemory Memory { get; init; }

    public RunStart? Start { get; init; }

    /// <summary>The backups whose place is taken: to be cancelled before the start.</summary>
    public IReadOnlyList<string> Cancel { get; init; } = [];

    /// <summary>Failed backups whose resources go, once the memory is written.</summary>
    public IReadOnlyList<string> Forget { get; init; } = [];

    public IReadOnlyList<ScheduleNews> News { get; init; } = [];

    /// <summary>What the schedule waits for, in one sentence.</summary>
    public string? Message { get; init; }

    /// <summary>When the next tick starts; null where none is to come.</summary>
    public DateTimeOffset? NextStart { get; init; }

    /// <summary>When to look again without any event; null for never.</summary>
    public DateTimeOffset? LookAgain { get; init; }
}

/// <summary>A backup to create.</summary>
/// <param name="Tick">Null where it is not for a tick.</param>
/// <param name="Memory">What to remember once it is created.</param>
public sealed record RunStart(string Name, RunCause Cause, DateTimeOffset? Tick, ScheduleMemory Memory);

/// <summary>Something that an event tells.</summary>
/// <param name="Reason">One word in CamelCase.</param>
public sealed record ScheduleNews(string Reason, string Message, bool IsWarning = false)
{
    /// <summary>The reason where ticks passed that nobody ran.</summary>
    public const string Missed = nameof(Missed);
}
