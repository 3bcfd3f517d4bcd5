namespace BackupOperator.Kubernetes.Models;


/// <summary><c>core/v1 Namespace</c>.</summary>
[KubernetesEntity(Kind = "Namespace", PluralName = "namespaces", Scope = EntityScope.Cluster)]
public sealed class V1Namespace : KubernetesObject
{
    public V1NamespaceStatus? Status { get; set; }
}

public sealed class V1NamespaceStatus
{
    /// <summary>Active or Terminating.</summary>
    public string? Phase { get; set; }
}
