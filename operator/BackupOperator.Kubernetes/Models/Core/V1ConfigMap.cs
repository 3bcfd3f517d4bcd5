namespace BackupOperator.Kubernetes.Models;


/// <summary>Settings that are no secret (<c>core/v1 ConfigMap</c>).</summary>
[KubernetesEntity(Kind = "ConfigMap", PluralName = "configmaps")]
public sealed class V1ConfigMap : KubernetesObject
{
    public Dictionary<string, string>? Data { get; set; }

    public Dictionary<string, byte[]>? BinaryData { get; set; }

    public bool? Immutable { get; set; }
}
