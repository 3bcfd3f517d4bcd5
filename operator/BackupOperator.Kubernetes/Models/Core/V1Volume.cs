using System.Text.Json;
using System.Text.Json.Serialization;

namespace BackupOperator.Kubernetes.Models;

/// <summary>A volume of a pod; kinds of source that are not modelled are kept in <see cref="Other"/>.</summary>
public sealed class V1Volume
{
    public string? Name { get; set; }

    public V1PersistentVolumeClaimVolumeSource? PersistentVolumeClaim { get; set; }

    public V1SecretVolumeSource? Secret { get; set; }

    public V1ConfigMapVolumeSource? ConfigMap { get; set; }

    public V1EmptyDirVolumeSource? EmptyDir { get; set; }

    public V1HostPathVolumeSource? HostPath { get; set; }

    public V1ProjectedVolumeSource? Projected { get; set; }

    public V1DownwardApiVolumeSource? DownwardAPI { get; set; }

    /// <summary>Fields of the API that this model does not name.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; set; }
}

public sealed class V1PersistentVolumeClaimVolumeSource
{
    public string? ClaimName { get; set; }

    public bool? ReadOnly { get; set; }
}

public sealed class V1SecretVolumeSource
{
    public string? SecretName { get; set; }

    public List<V1KeyToPath>? Items { get; set; }

    public int? DefaultMode { get; set; }

    public bool? Optional { get; set; }
}

public sealed class V1ConfigMapVolumeSource
{
    public string? Name { get; set; }

    public List<V1KeyToPath>? Items { get; set; }

    public int? DefaultMode { get; set; }

    public bool? Optional { get; set; }
}

/// <summary>Shows a key under a file name.</summary>
public sealed class V1KeyToPath
{
    public string? Key { get; set; }

    public string? Path { get; set; }

    public int? Mode { get; set; }
}

public sealed class V1EmptyDirVolumeSource
{
    /// <summary>Empty for the node's disk, or Memory.</summary>
    public string? Medium { get; set; }

    public ResourceQuantity? SizeLimit { get; set; }
}

public sealed class V1HostPathVolumeSource
{
    public string? Path { get; set; }

    public string? Type { get; set; }
}

public sealed class V1DownwardApiVolumeSource
{
    public List<V1DownwardApiVolumeFile>? Items { get; set; }

    public int? DefaultMode { get; set; }
}

public sealed class V1DownwardApiVolumeFile
{
    public string? Path { get; set; }

    public V1ObjectFieldSelector? FieldRef { get; set; }

    public V1ResourceFieldSelector? ResourceFieldRef { get; set; }

    public int? Mode { get; set; }
}
