namespace BackupOperator.Runs;

/// <summary>What was observed of a run: what the planner needs, and the objects that actions need.</summary>
internal sealed record World
{
    public required RunObservation Run { get; init; }

    public V1StatefulSet? StatefulSet { get; init; }

    public V1Lease? Lease { get; init; }

    /// <summary>Null once the intent is recorded.</summary>
    public RunPlan? Plan { get; init; }

    /// <summary>The Job that removes the data a restore has kept.</summary>
    public JobObservation? RemovePreviousJob { get; init; }

    /// <summary>The Job of the attempt at copies that comes next or is under way.</summary>
    public JobObservation? CopyJob { get; init; }

    /// <summary>The number of that attempt, as the status had it when the Job was read.</summary>
    public int CopyAttempt { get; init; }

    /// <summary>The database's pod; null where there is none now.</summary>
    public V1Pod? Pod { get; init; }

    /// <summary>The node of the database's pod.</summary>
    public string? Node => Pod?.Spec?.NodeName;
}
