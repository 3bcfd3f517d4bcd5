using BackupOperator.Core.Runs;

namespace BackupOperator.Core.Restores;

/// <summary>A restore as it was observed.</summary>
public sealed record RestoreObservation(RunObservation Run, RestorePhase? Phase)
{
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>How long the data of before is kept after success.</summary>
    public TimeSpan KeepPrevious { get; init; }

    /// <summary>The condition PreviousDataRemoved is True already.</summary>
    public bool PreviousDataRemoved { get; init; }

    /// <summary>A deletion of the resource waits until the data of before is removed.</summary>
    public bool HoldsDeletion { get; init; }

    /// <summary>What is to be said of the pods that keep their data; null where there are none.</summary>
    public string? OthersKeepTheirData { get; init; }

    /// <summary>The Job that removes the data of before.</summary>
    public JobObservation? RemovePreviousJob { get; init; }
}
