namespace BackupOperator.Kubernetes.Models;


/// <summary>The scale subresource of a workload (<c>autoscaling/v1 Scale</c>).</summary>
[KubernetesEntity(Group = "autoscaling", Kind = "Scale", PluralName = "scales")]
public sealed class V1Scale : KubernetesObject
{
    public V1ScaleSpec? Spec { get; set; }

    public V1ScaleStatus? Status { get; set; }
}

public sealed class V1ScaleSpec
{
    public int? Replicas { get; set; }
}

public sealed class V1ScaleStatus
{
    public int? Replicas { get; set; }

    public string? Selector { get; set; }
}
