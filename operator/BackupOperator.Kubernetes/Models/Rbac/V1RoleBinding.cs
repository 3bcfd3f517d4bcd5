namespace BackupOperator.Kubernetes.Models;


/// <summary>Gives a role within a namespace (<c>rbac.authorization.k8s.io/v1 RoleBinding</c>).</summary>
[KubernetesEntity(Group = "rbac.authorization.k8s.io", Kind = "RoleBinding", PluralName = "rolebindings")]
public sealed class V1RoleBinding : KubernetesObject
{
    public V1RoleRef? RoleRef { get; set; }

    public List<V1Subject>? Subjects { get; set; }
}

/// <summary>Gives a role in all namespaces (<c>rbac.authorization.k8s.io/v1 ClusterRoleBinding</c>).</summary>
[KubernetesEntity(Group = "rbac.authorization.k8s.io", Kind = "ClusterRoleBinding", PluralName = "clusterrolebindings", Scope = EntityScope.Cluster)]
public sealed class V1ClusterRoleBinding : KubernetesObject
{
    public V1RoleRef? RoleRef { get; set; }

    public List<V1Subject>? Subjects { get; set; }
}

public sealed class V1RoleRef
{
    public string? ApiGroup { get; set; } = "rbac.authorization.k8s.io";

    public string? Kind { get; set; }

    public string? Name { get; set; }
}

public sealed class V1Subject
{
    public string? ApiGroup { get; set; }

    public string? Kind { get; set; }

    public string? Name { get; set; }

    public string? Namespace { get; set; }
}
