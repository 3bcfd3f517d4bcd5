namespace BackupOperator.Kubernetes.Models;


/// <summary>Several sources in one folder.</summary>
public sealed class V1ProjectedVolumeSource
{
    public List<V1VolumeProjection>? Sources { get; set; }

    public int? DefaultMode { get; set; }
}

public sealed class V1VolumeProjection
{
    public V1ServiceAccountTokenProjection? ServiceAccountToken { get; set; }

    public V1SecretProjection? Secret { get; set; }

    public V1SecretProjection? ConfigMap { get; set; }

    public V1DownwardApiVolumeSource? DownwardAPI { get; set; }
}

public sealed class V1ServiceAccountTokenProjection
{
    public string? Audience { get; set; }

    public long? ExpirationSeconds { get; set; }

    public string? Path { get; set; }
}

/// <summary>Keys of a Secret or ConfigMap.</summary>
public sealed class V1SecretProjection
{
    public string? Name { get; set; }

    public List<V1KeyToPath>? Items { get; set; }

    public bool? Optional { get; set; }
}
