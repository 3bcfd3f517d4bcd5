namespace BackupOperator.Kubernetes.Models;


/// <summary>A name and address in front of pods (<c>core/v1 Service</c>).</summary>
[KubernetesEntity(Kind = "Service", PluralName = "services")]
public sealed class V1Service : KubernetesObject
{
    public V1ServiceSpec? Spec { get; set; }
}

public sealed class V1ServiceSpec
{
    public string? Type { get; set; }

    /// <summary><c>None</c> for a headless service.</summary>
    public string? ClusterIP { get; set; }

    public Dictionary<string, string>? Selector { get; set; }

    public List<V1ServicePort>? Ports { get; set; }

    public bool? PublishNotReadyAddresses { get; set; }
}

public sealed class V1ServicePort
{
    public string? Name { get; set; }

    public int? Port { get; set; }

    public IntOrString? TargetPort { get; set; }

    public string? Protocol { get; set; }
}
