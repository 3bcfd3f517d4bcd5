namespace BackupOperator.LocalCluster.Models;

/// <summary>A piece of storage (<c>core/v1 PersistentVolume</c>); in LocalCluster a folder of this machine.</summary>
[KubernetesEntity(Kind = "PersistentVolume", PluralName = "persistentvolumes", Scope = EntityScope.Cluster)]
public sealed class V1PersistentVolume : KubernetesObject
{
    public V1PersistentVolumeSpec? Spec { get; set; }

    public V1PersistentVolumeStatus? Status { get; set; }
}

public sealed class V1PersistentVolumeSpec
{
    public Dictionary<string, ResourceQuantity>? Capacity { get; set; }

    public List<string>? AccessModes { get; set; }

    public V1ObjectReference? ClaimRef { get; set; }

    public V1HostPathVolumeSource? HostPath { get; set; }

    /// <summary>Retain or Delete.</summary>
    public string? PersistentVolumeReclaimPolicy { get; set; }

    public string? StorageClassName { get; set; }

    public string? VolumeMode { get; set; }
}

public sealed class V1PersistentVolumeStatus
{
    /// <summary>Available, Bound, Released or Failed.</summary>
    public string? Phase { get; set; }
}
