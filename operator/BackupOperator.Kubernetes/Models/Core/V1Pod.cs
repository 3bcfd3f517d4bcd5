namespace BackupOperator.Kubernetes.Models;


/// <summary>Containers that run together on a node (<c>core/v1 Pod</c>).</summary>
[KubernetesEntity(Kind = "Pod", PluralName = "pods")]
public sealed class V1Pod : KubernetesObject
{
    public V1PodSpec? Spec { get; set; }

    public V1PodStatus? Status { get; set; }
}

/// <summary>What a workload stamps its pods from.</summary>
public sealed class V1PodTemplateSpec
{
    public V1ObjectMeta? Metadata { get; set; }

    public V1PodSpec? Spec { get; set; }
}
