namespace BackupOperator.Kubernetes.Models;


/// <summary>What a failed pod means for its Job; the first rule that matches counts.</summary>
public sealed class V1PodFailurePolicy
{
    public List<V1PodFailurePolicyRule>? Rules { get; set; }
}

public sealed class V1PodFailurePolicyRule
{
    /// <summary>FailJob, FailIndex, Ignore or Count.</summary>
    public string? Action { get; set; }

    public V1PodFailurePolicyOnExitCodes? OnExitCodes { get; set; }

    public List<V1PodFailurePolicyOnPodCondition>? OnPodConditions { get; set; }
}

public sealed class V1PodFailurePolicyOnExitCodes
{
    public string? ContainerName { get; set; }

    /// <summary>In or NotIn.</summary>
    public string? Operator { get; set; }

    public List<int>? Values { get; set; }
}

public sealed class V1PodFailurePolicyOnPodCondition
{
    public string? Type { get; set; }

    public string? Status { get; set; }
}
