namespace BackupOperator.Kubernetes.Models;


/// <summary>Pods with stable names and claims (<c>apps/v1 StatefulSet</c>).</summary>
[KubernetesEntity(Group = "apps", Kind = "StatefulSet", PluralName = "statefulsets")]
public sealed class V1StatefulSet : KubernetesObject
{
    public V1StatefulSetSpec? Spec { get; set; }

    public V1StatefulSetStatus? Status { get; set; }
}

public sealed class V1StatefulSetSpec
{
    public int? Replicas { get; set; }

    public V1LabelSelector? Selector { get; set; }

    public string? ServiceName { get; set; }

    public V1PodTemplateSpec? Template { get; set; }

    public List<V1PersistentVolumeClaim>? VolumeClaimTemplates { get; set; }

    /// <summary>OrderedReady or Parallel.</summary>
    public string? PodManagementPolicy { get; set; }

    public V1StatefulSetUpdateStrategy? UpdateStrategy { get; set; }

    public V1PersistentVolumeClaimRetentionPolicy? PersistentVolumeClaimRetentionPolicy { get; set; }

    public V1StatefulSetOrdinals? Ordinals { get; set; }

    public int? MinReadySeconds { get; set; }

    public int? RevisionHistoryLimit { get; set; }
}

public sealed class V1StatefulSetUpdateStrategy
{
    public string? Type { get; set; }

    public V1RollingUpdateStatefulSetStrategy? RollingUpdate { get; set; }
}

public sealed class V1RollingUpdateStatefulSetStrategy
{
    public int? Partition { get; set; }
}

/// <summary>What becomes of the claims; <c>whenScaled: Delete</c> loses the data with a scale-down.</summary>
public sealed class V1PersistentVolumeClaimRetentionPolicy
{
    /// <summary>Retain or Delete.</summary>
    public string? WhenDeleted { get; set; }

    /// <summary>Retain or Delete.</summary>
    public string? WhenScaled { get; set; }
}

public sealed class V1StatefulSetOrdinals
{
    /// <summary>The number of the first pod.</summary>
    public int? Start { get; set; }
}

public sealed class V1StatefulSetStatus
{
    public long? ObservedGeneration { get; set; }

    public int? Replicas { get; set; }

    public int? ReadyReplicas { get; set; }

    public int? CurrentReplicas { get; set; }

    public int? UpdatedReplicas { get; set; }

    public int? AvailableReplicas { get; set; }

    public string? CurrentRevision { get; set; }

    public string? UpdateRevision { get; set; }

    public List<V1Condition>? Conditions { get; set; }
}
