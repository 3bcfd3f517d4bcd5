using BackupOperator.Api.Runs;

namespace BackupOperator.Api.Entities;

/// <summary>What the status of backups and restores has in common; the phase is each kind's own.</summary>
public abstract class RunStatus
{
    public abstract string? PhaseName { get; }

    [Description("What the run does or waits for, in one sentence.")]
    public string? Message { get; set; }

    public List<V1Condition>? Conditions { get; set; }

    public long? ObservedGeneration { get; set; }

    public DateTimeOffset? StartTime { get; set; }

    public DateTimeOffset? CompletionTime { get; set; }

    [Description("From start to completion.")]
    public string? Duration { get; set; }

    [Description("When each phase was entered last.")]
    public Dictionary<string, DateTimeOffset>? PhaseTimes { get; set; }

    [Description("Seconds from the scale-down to the first answer of MySQL; with scope LastReplica those of that pod alone, while the others served.")]
    public double? DowntimeSeconds { get; set; }

    [Description("Number of the pod that is at work, from 1.")]
    public int? Attempt { get; set; }

    [Description("How far the sidecar is; it writes this itself.")]
    public RunProgress? Progress { get; set; }

    [Description("What was found before anything was touched.")]
    public RecordedTarget? Target { get; set; }

    [Description("Place in the queue, from 1.")]
    public int? QueuePosition { get; set; }

    public FailureStatus? Failure { get; set; }

    [Description("The Job that does the work.")]
    public JobReference? Job { get; set; }

    [Description("Jobs that were replaced by one with other settings, before MySQL was touched.")]
    public List<RevisionStatus>? Revisions { get; set; }

    [Description("The recorded decision to end the run.")]
    public EndingStatus? Ending { get; set; }

    [PreserveUnknownFields]
    [Description("What the sidecar knows of its run; it writes this itself.")]
    public RunReport? Report { get; set; }
}

/// <summary>How far a run is.</summary>
public sealed class RunProgress
{
    public long? BytesDone { get; set; }

    public long? BytesTotal { get; set; }

    public double? Percent { get; set; }

    public long? BytesPerSecond { get; set; }

    public long? EtaSeconds { get; set; }

    public long? FilesDone { get; set; }

    public long? FilesTotal { get; set; }

    public long? BytesUploaded { get; set; }
}

/// <summary>The recorded intent: the target as it was, and what to go back to.</summary>
public sealed class RecordedTarget
{
    public int? Replicas { get; set; }

    public int? Ordinal { get; set; }

    [Description("The number of the StatefulSet's first pod.")]
    public int? FirstOrdinal { get; set; }

    public string? Pod { get; set; }

    public string? PodUid { get; set; }

    public string? Claim { get; set; }

    public string? Node { get; set; }

    public string? Container { get; set; }

    public string? StatefulSetUid { get; set; }

    [Description("AllReplicas or LastReplica: which pods stop.")]
    public string? Scope { get; set; }

    [Description("Why cold.scope Auto became this.")]
    public string? ScopeBecause { get; set; }

    [Description("The replicas that serve while the run has the others stopped.")]
    public int? QuiescedReplicas { get; set; }

    [Description("The claim is ReadWriteOncePod: MySQL is stopped before the Job's pod can start.")]
    public bool? ExclusiveClaim { get; set; }

    [Description("The claim is ReadWriteMany: MySQL can start on another node while the Job's pod has it.")]
    public bool? SharedClaim { get; set; }

    [Description("When the operator stopped MySQL for a pod that could not mount the claim before.")]
    public RecordedStop? Stop { get; set; }

    [Description("Under whom the sidecar runs.")]
    public RecordedUser? User { get; set; }
}

/// <summary>MySQL was stopped for a pod; written before it is done.</summary>
public sealed class RecordedStop
{
    [Description("The pod of the Job.")]
    public string? Pod { get; set; }

    public DateTimeOffset? Time { get; set; }

    [Description("It was done.")]
    public bool? Seen { get; set; }
}

/// <summary>A user and a group, by their numbers.</summary>
public sealed class RecordedUser
{
    public long? Uid { get; set; }

    public long? Gid { get; set; }

    [Description("How it was found.")]
    public string? Because { get; set; }
}

/// <summary>Why a Job was replaced.</summary>
public sealed class RevisionStatus
{
    [Description("One word for programs.")]
    public string? Reason { get; set; }

    public string? Message { get; set; }

    [Description("The uid of the Job that was replaced.")]
    public string? JobUid { get; set; }
}

/// <summary>Why a run failed.</summary>
public sealed class FailureStatus
{
    [Description("One word for programs.")]
    public string? Reason { get; set; }

    [Description("The cause and the way out.")]
    public string? Message { get; set; }

    [Description("Whether another attempt can succeed without anyone's help.")]
    public bool? Retryable { get; set; }

    [Description("Commands that bring MySQL back, where it did not come back by itself.")]
    public string? Runbook { get; set; }
}

/// <summary>Names the Job of a run.</summary>
public sealed class JobReference
{
    public string? Name { get; set; }

    public string? Uid { get; set; }
}

/// <summary>The recorded decision to end a run.</summary>
public sealed class EndingStatus
{
    [Description("Failed or Cancelled.")]
    public string? Outcome { get; set; }

    public string? Reason { get; set; }

    public string? Message { get; set; }

    public bool? Retryable { get; set; }

    public DateTimeOffset? Since { get; set; }

    public DateTimeOffset? SidecarGoneAt { get; set; }
}
