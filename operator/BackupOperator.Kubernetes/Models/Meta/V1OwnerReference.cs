namespace BackupOperator.Kubernetes.Models;

/// <summary>Names the object whose deletion deletes this one (<c>meta/v1 OwnerReference</c>).</summary>
public sealed class V1OwnerReference
{
    public string? ApiVersion { get; set; }

    public string? Kind { get; set; }

    public string? Name { get; set; }

    public string? Uid { get; set; }

    public bool? Controller { get; set; }

    public bool? BlockOwnerDeletion { get; set; }
}
