namespace BackupOperator.Kubernetes.Models;


/// <summary>Rights within a namespace (<c>rbac.authorization.k8s.io/v1 Role</c>).</summary>
[KubernetesEntity(Group = "rbac.authorization.k8s.io", Kind = "Role", PluralName = "roles")]
public sealed class V1Role : KubernetesObject
{
    public List<V1PolicyRule>? Rules { get; set; }
}

/// <summary>Rights in all namespaces (<c>rbac.authorization.k8s.io/v1 ClusterRole</c>).</summary>
[KubernetesEntity(Group = "rbac.authorization.k8s.io", Kind = "ClusterRole", PluralName = "clusterroles", Scope = EntityScope.Cluster)]
public sealed class V1ClusterRole : KubernetesObject
{
    public List<V1PolicyRule>? Rules { get; set; }
}

public sealed class V1PolicyRule
{
    /// <summary>The empty string is the core group.</summary>
    public List<string>? ApiGroups { get; set; }

    /// <summary>Plural names, subresources as <c>pods/log</c>.</summary>
    public List<string>? Resources { get; set; }

    /// <summary>Narrows the rule to objects of these names; cannot narrow create, list and watch.</summary>
    public List<string>? ResourceNames { get; set; }

    public List<string>? NonResourceURLs { get; set; }

    public List<string>? Verbs { get; set; }
}
