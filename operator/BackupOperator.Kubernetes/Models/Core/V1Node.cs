namespace BackupOperator.Kubernetes.Models;


/// <summary>A machine of the cluster (<c>core/v1 Node</c>).</summary>
[KubernetesEntity(Kind = "Node", PluralName = "nodes", Scope = EntityScope.Cluster)]
public sealed class V1Node : KubernetesObject
{
    public V1NodeSpec? Spec { get; set; }

    public V1NodeStatus? Status { get; set; }
}

public sealed class V1NodeSpec
{
    public bool? Unschedulable { get; set; }

    public List<V1Taint>? Taints { get; set; }
}

public sealed class V1Taint
{
    public string? Key { get; set; }

    public string? Value { get; set; }

    public string? Effect { get; set; }
}

public sealed class V1NodeStatus
{
    public List<V1Condition>? Conditions { get; set; }

    public List<V1NodeAddress>? Addresses { get; set; }

    public Dictionary<string, ResourceQuantity>? Capacity { get; set; }

    public Dictionary<string, ResourceQuantity>? Allocatable { get; set; }
}

public sealed class V1NodeAddress
{
    public string? Type { get; set; }

    public string? Address { get; set; }
}
