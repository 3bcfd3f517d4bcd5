using BackupOperator.Core.Conditions;

namespace BackupOperator.Core.Runs;

/// <summary>What is to be written into the status first, and done after.</summary>
public sealed record RunDecision
{
    public required RunStage Stage { get; init; }

    /// <summary>What the sidecar is doing, while the stage is Running.</summary>
    public SidecarStep? Step { get; init; }

    public IReadOnlyList<Condition> Conditions { get; init; } = [];

    /// <summary>In this order, after the status is written; the first error ends the list.</summary>
    public IReadOnlyList<RunAction> Actions { get; init; } = [];

    /// <summary>When to look again without any event; null for never.</summary>
    public TimeSpan? RequeueAfter { get; init; }

    /// <summary>Record now what the run is going to do, and when it started.</summary>
    public bool RecordIntent { get; init; }

    public string? JobUid { get; init; }

    /// <summary>Record it, and make the next Job by it.</summary>
    public Revision? Revision { get; init; }

    /// <summary>Record it; null to leave what is recorded.</summary>
    public TargetStop? Stop { get; init; }

    public int? QueuePosition { get; init; }

    public Ending? Ending { get; init; }

    /// <summary>Why the run failed.</summary>
    public RunFailureInfo? Failure { get; init; }

    /// <summary>MySQL did not come back: the failure gets the commands for a person to run.</summary>
    public bool NeedsRunbook { get; init; }

    /// <summary>What the run waits for, in one sentence.</summary>
    public string? Message { get; init; }
}
