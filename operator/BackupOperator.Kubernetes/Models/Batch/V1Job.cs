namespace BackupOperator.Kubernetes.Models;


/// <summary>Runs pods until they succeed (<c>batch/v1 Job</c>).</summary>
[KubernetesEntity(Group = "batch", Kind = "Job", PluralName = "jobs")]
public sealed class V1Job : KubernetesObject
{
    public V1JobSpec? Spec { get; set; }

    public V1JobStatus? Status { get; set; }
}

public sealed class V1JobSpec
{
    public int? Parallelism { get; set; }

    public int? Completions { get; set; }

    public int? BackoffLimit { get; set; }

    public V1PodFailurePolicy? PodFailurePolicy { get; set; }

    /// <summary>TerminatingOrFailed or Failed.</summary>
    public string? PodReplacementPolicy { get; set; }

    public long? ActiveDeadlineSeconds { get; set; }

    public int? TtlSecondsAfterFinished { get; set; }

    public bool? Suspend { get; set; }

    public V1LabelSelector? Selector { get; set; }

    public bool? ManualSelector { get; set; }

    public V1PodTemplateSpec? Template { get; set; }
}

public sealed class V1JobStatus
{
    public List<V1Condition>? Conditions { get; set; }

    public DateTimeOffset? StartTime { get; set; }

    public DateTimeOffset? CompletionTime { get; set; }

    public int? Active { get; set; }

    public int? Ready { get; set; }

    public int? Terminating { get; set; }

    public int? Succeeded { get; set; }

    public int? Failed { get; set; }

    public V1UncountedTerminatedPods? UncountedTerminatedPods { get; set; }
}

/// <summary>Uids of pods that ended and are not yet in the counters.</summary>
public sealed class V1UncountedTerminatedPods
{
    public List<string>? Succeeded { get; set; }

    public List<string>? Failed { get; set; }
}
