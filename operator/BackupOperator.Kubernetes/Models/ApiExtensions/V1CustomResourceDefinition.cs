using System.Text.Json.Nodes;

namespace BackupOperator.Kubernetes.Models;

/// <summary>Teaches the API a kind (<c>apiextensions.k8s.io/v1 CustomResourceDefinition</c>); the spec is passed through.</summary>
[KubernetesEntity(Group = "apiextensions.k8s.io", Kind = "CustomResourceDefinition", PluralName = "customresourcedefinitions", Scope = EntityScope.Cluster)]
public sealed class V1CustomResourceDefinition : KubernetesObject
{
    public JsonObject? Spec { get; set; }

    public V1CustomResourceDefinitionStatus? Status { get; set; }
}

public sealed class V1CustomResourceDefinitionStatus
{
    /// <summary>Established is True when the kind is served.</summary>
    public List<V1Condition>? Conditions { get; set; }

    public List<string>? StoredVersions { get; set; }
}
