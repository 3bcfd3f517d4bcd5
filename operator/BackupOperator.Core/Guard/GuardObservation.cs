using BackupOperator.Core.Runs;

namespace BackupOperator.Core.Guard;

/// <summary>A StatefulSet that carries a quiesce mark, as the guard sees it.</summary>
public sealed record GuardObservation
{
    public required int Replicas { get; init; }

    /// <summary>Null where the annotation cannot be read.</summary>
    public MarkObservation? Mark { get; init; }

    /// <summary>The replicas that the holder of the target's Lease has recorded; counts where the mark cannot be read.</summary>
    public int? RecordedReplicas { get; init; }

    /// <summary>The pod that the mark names is there and has not ended.</summary>
    public bool SidecarAlive { get; init; }

    /// <summary>Since when that pod is being ended; null where it is not.</summary>
    public DateTimeOffset? SidecarEndsSince { get; init; }

    /// <summary>The resource of the run is there and has not ended; of one that cannot be read, a Job of it is at work.</summary>
    public bool RunIsOpen { get; init; }

    /// <summary>Why the resource of the run cannot be read although it may be there; null otherwise.</summary>
    public string? RunProblem { get; init; }

    /// <summary>A restore has told that it moves the data directories, and not that this is over; counts where the mark cannot be read.</summary>
    public bool SwapOpen { get; init; }

    /// <summary>The first pod is Ready, and MySQL in it answers where it can be reached.</summary>
    public bool Answers { get; init; }

    /// <summary>Since when this guard has been waiting for the answer; null before.</summary>
    public DateTimeOffset? WaitingSince { get; init; }
}
