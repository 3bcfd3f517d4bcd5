namespace BackupOperator.Kubernetes.Models;


/// <summary>A claim on storage (<c>core/v1 PersistentVolumeClaim</c>).</summary>
[KubernetesEntity(Kind = "PersistentVolumeClaim", PluralName = "persistentvolumeclaims")]
public sealed class V1PersistentVolumeClaim : KubernetesObject
{
    public V1PersistentVolumeClaimSpec? Spec { get; set; }

    public V1PersistentVolumeClaimStatus? Status { get; set; }
}

public sealed class V1PersistentVolumeClaimSpec
{
    /// <summary>ReadWriteOnce, ReadOnlyMany, ReadWriteMany or ReadWriteOncePod.</summary>
    public List<string>? AccessModes { get; set; }

    public V1ResourceRequirements? Resources { get; set; }

    public string? StorageClassName { get; set; }

    public string? VolumeName { get; set; }

    public string? VolumeMode { get; set; }

    public V1LabelSelector? Selector { get; set; }

    public V1TypedObjectReference? DataSource { get; set; }

    public V1TypedObjectReference? DataSourceRef { get; set; }
}

public sealed class V1TypedObjectReference
{
    public string? ApiGroup { get; set; }

    public string? Kind { get; set; }

    public string? Name { get; set; }

    public string? Namespace { get; set; }
}

public sealed class V1PersistentVolumeClaimStatus
{
    /// <summary>Pending, Bound or Lost.</summary>
    public string? Phase { get; set; }

    public List<string>? AccessModes { get; set; }

    public Dictionary<string, ResourceQuantity>? Capacity { get; set; }

    public List<V1Condition>? Conditions { get; set; }
}
