namespace BackupOperator.Kubernetes.Models;


/// <summary>Where the API serves a kind; paths, <c>apiVersion</c> and <c>kind</c> are derived from it.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class KubernetesEntityAttribute : Attribute
{
    /// <summary>The API group; empty for the core group.</summary>
    public string Group { get; set; } = "";

    /// <summary>The version within the group, such as <c>v1</c>.</summary>
    public string ApiVersion { get; set; } = "v1";

    public required string Kind { get; set; }

    /// <summary>The resource name of the path, such as <c>statefulsets</c>.</summary>
    public required string PluralName { get; set; }

    public EntityScope Scope { get; set; } = EntityScope.Namespaced;
}

/// <summary>Whether objects of a kind live in a namespace.</summary>
public enum EntityScope
{
    Namespaced,
    Cluster,
}
