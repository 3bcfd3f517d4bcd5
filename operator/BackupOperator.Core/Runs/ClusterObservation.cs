namespace BackupOperator.Core.Runs;

/// <summary>The StatefulSet of a run.</summary>
/// <param name="Replicas"><c>spec.replicas</c>.</param>
public sealed record TargetObservation(string Uid, int Replicas, MarkObservation? Mark = null)
{
    public string Name { get; init; } = "";
}

/// <summary>The quiesce mark on a StatefulSet.</summary>
/// <param name="RunUid">The run that stopped it; empty where the mark cannot be read.</param>
/// <param name="Replicas">What to go back to.</param>
/// <param name="Swapping">The data directory may be between two states.</param>
public sealed record MarkObservation(string RunUid, string Pod, int Replicas, DateTimeOffset Since, DateTimeOffset Deadline, bool Swapping = false)
{
    /// <summary>The replicas that serve meanwhile; 0 where all are stopped.</summary>
    public int QuiescedReplicas { get; init; }

    public string Kind { get; init; } = "";

    public string Name { get; init; } = "";

    /// <summary>The run has ended or is gone. Not looked for where it is the run that is being decided about.</summary>
    public bool RunIsOver { get; init; }

    /// <summary>Why nobody can tell how its run is: its resource cannot be read. Null otherwise.</summary>
    public string? RunProblem { get; init; }

    /// <summary>Whether all is done that can be done for its run: what is missing is an answer of MySQL, for which nobody needs to wait who brings other data.</summary>
    /// <param name="replicas">The StatefulSet's.</param>
    public bool IsSpent(int replicas) => RunIsOver && !Swapping && replicas >= Replicas;
}

/// <summary>MySQL was stopped by the operator, so that a pod can mount its claim. Recorded before it is done.</summary>
/// <param name="Pod">The pod of the Job.</param>
/// <param name="Seen">It was done: the mark was seen on the target.</param>
public sealed record TargetStop(string Pod, DateTimeOffset At, bool Seen = false);

/// <summary>The Lease of a target.</summary>
/// <param name="Holder">Null where it is free.</param>
/// <param name="HolderIsOver">The holder has finished, is gone, or was never one of ours.</param>
public sealed record LeaseObservation(string? Holder, bool HolderIsOver = false)
{
    /// <summary>Why nobody can tell how the holder is: its resource cannot be read. Null otherwise.</summary>
    public string? HolderProblem { get; init; }

    public static LeaseObservation Free { get; } = new(Holder: null);
}

public enum JobOutcome
{
    Active,
    Succeeded,
    Failed,
}

/// <summary>A Job of a run.</summary>
/// <param name="IsOurs">Its owner is the run's resource, by uid.</param>
/// <param name="Deleting">Someone has asked for its deletion.</param>
/// <param name="Message">The Job controller's words.</param>
/// <param name="Expires">It has a time to live after its end.</param>
/// <param name="BackoffLimit">How many of its pods may fail without ending it.</param>
/// <param name="Trouble">Why it has no pod, in the words of whoever refuses them.</param>
/// <param name="HasAccess">It has ended and its rights are still there; looked for only after the end of a run, until that is recorded.</param>
public sealed record JobObservation(
    string Uid,
    JobOutcome Outcome,
    bool IsOurs = true,
    bool Deleting = false,
    string? Reason = null,
    string? Message = null,
    DateTimeOffset? FinishedAt = null,
    int FailedPods = 0,
    bool Expires = false,
    int BackoffLimit = 6,
    string? Trouble = null,
    bool HasAccess = false);

/// <summary>A pod of a run's Job.</summary>
/// <param name="Alive">It is there and its container has not ended for good.</param>
/// <param name="WaitingFor">What keeps it from running, in the words of the scheduler or the kubelet.</param>
/// <param name="Termination">How its container ended.</param>
/// <param name="Finding">What the spec names and the pod cannot have, where that is what keeps it from running.</param>
/// <param name="WaitsForClaim">The scheduler says that another pod has a claim that only one pod can mount.</param>
/// <param name="IsLost">It should have been gone long ago: nobody hears of its node any more.</param>
/// <param name="JobUid">The Job that it is of; null where nobody says.</param>
/// <param name="LingersSince">When the sidecar ended, where another container keeps the pod from ending; null otherwise.</param>
/// <param name="KeptBy">Those containers.</param>
/// <param name="IsUnstarted">None of its containers has ever run, and nobody has asked for its end.</param>
public sealed record PodObservation(
    string Name,
    DateTimeOffset CreatedAt,
    bool Alive,
    string? WaitingFor = null,
    ContainerTermination? Termination = null,
    SpecFinding? Finding = null,
    bool WaitsForClaim = false,
    bool IsLost = false,
    string? JobUid = null,
    DateTimeOffset? LingersSince = null,
    string? KeptBy = null,
    bool IsUnstarted = false);

/// <summary>The end of a container.</summary>
/// <param name="Reason">The kubelet's word, such as <c>OOMKilled</c>, or the pod's, such as <c>Evicted</c>.</param>
/// <param name="Failure">What the sidecar wrote into its termination log.</param>
public sealed record ContainerTermination(
    int? ExitCode,
    int? Signal = null,
    string? Reason = null,
    string? Message = null,
    RunFailureInfo? Failure = null);
