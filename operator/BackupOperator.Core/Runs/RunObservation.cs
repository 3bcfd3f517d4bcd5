using BackupOperator.Core.Queueing;

namespace BackupOperator.Core.Runs;

/// <summary>Everything that the decision about a run depends on, read at one moment.</summary>
public sealed record RunObservation
{
    public required RunId Run { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The stage in the resource's status.</summary>
    public required RunStage Stage { get; init; }

    public RunLimits Limits { get; init; } = new();

    public bool HasFinalizer { get; init; }

    /// <summary>The resource does not say yet that it was run, so that a copy of it would be.</summary>
    public bool LacksStartMark { get; init; }

    public bool CancelRequested { get; init; }

    /// <summary>The resource has a deletion timestamp.</summary>
    public bool Deleting { get; init; }

    /// <summary>When the intent (target, replicas, path) was recorded; null before.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>The uid of the StatefulSet in the recorded intent.</summary>
    public string? IntendedTargetUid { get; init; }

    /// <summary>The replicas to go back to, in the recorded intent.</summary>
    public int? IntendedReplicas { get; init; }

    /// <summary>One pod alone can mount the claim: MySQL must be stopped before the pod of a Job can start.</summary>
    public bool ExclusiveClaim { get; init; }

    /// <summary>The last pod of a Job that the operator has stopped MySQL for.</summary>
    public TargetStop? Stop { get; init; }

    /// <summary>The uid of the Job as the status has it.</summary>
    public string? RecordedJobUid { get; init; }

    public Ending? Ending { get; init; }

    /// <summary>What was replaced so far.</summary>
    public IReadOnlyList<Revision> Revisions { get; init; } = [];

    /// <summary>It brings other data: a database that does not start is what it is for.</summary>
    public bool ReplacesData { get; init; }

    /// <summary>Only the last replica is to stop, and the spec would also have all of them stopped.</summary>
    public bool MayStopAll { get; init; }

    /// <summary>Null where the spec can be carried out.</summary>
    public SpecFinding? Finding { get; init; }

    /// <summary>Since when a <see cref="Finding"/> stands in the way, as it is recorded; null where none is.</summary>
    public DateTimeOffset? FindingSince { get; init; }

    /// <summary>Null where the StatefulSet does not exist.</summary>
    public TargetObservation? Target { get; init; }

    /// <summary>What the API server said when it did not take what the run needs; null where it takes it, or was not asked yet.</summary>
    public string? Refusal { get; init; }

    public LeaseObservation Lease { get; init; } = LeaseObservation.Free;

    public Admission Admission { get; init; } = Admission.Free;

    public JobObservation? Job { get; init; }

    public JobObservation? RollBackJob { get; init; }

    /// <summary>The Job that checks what can be checked before MySQL is stopped.</summary>
    public JobObservation? PreflightJob { get; init; }

    /// <summary>Pods of the run, of whichever Job.</summary>
    public IReadOnlyList<PodObservation> Pods { get; init; } = [];

    public SidecarReport? Report { get; init; }

    /// <summary>
    /// The mark on the target, if this run has put it there. One that cannot be read any more counts as the run's own
    /// while it holds the target's Lease: nobody else may have made it.
    /// </summary>
    public MarkObservation? OwnMark =>
        Target?.Mark is { } mark && (mark.RunUid == Run.Uid || (mark.RunUid.Length == 0 && StartedAt is not null && HoldsLease)) ? mark : null;

    /// <summary>
    /// Someone has taken the mark away and did not scale up: it is known that MySQL was stopped, nobody has told that it
    /// runs again, and it is below the replicas it had.
    /// </summary>
    public bool LostItsMark =>
        Target is { Mark: null } target && target.Uid == IntendedTargetUid && target.Replicas < IntendedReplicas
        && HoldsLease && Report?.ResumedAt is null && (Report?.StoppedAt is not null || Stop is not null);

    /// <summary>At the last look another run's mark kept it from starting: others did not count it.</summary>
    public bool WasBlocked { get; init; }

    /// <summary>What is left of the run's pods is on nodes that nobody hears of: a Job that waits for their end waits for a person.</summary>
    public bool HasOnlyLostPods => Pods.Any(p => p.IsLost) && !Pods.Any(p => p.Alive);

    public bool HoldsLease => Lease.Holder == Run.Holder;

    /// <summary>The pod that was created last; of two in the same second, which is all that the API tells, the one that is alive.</summary>
    public PodObservation? LastPod => Pods.MaxBy(p => (p.CreatedAt, p.Alive));
}
