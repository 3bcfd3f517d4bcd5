namespace BackupOperator.Kubernetes.Models;


/// <summary>Whom a pod acts as (<c>core/v1 ServiceAccount</c>).</summary>
[KubernetesEntity(Kind = "ServiceAccount", PluralName = "serviceaccounts")]
public sealed class V1ServiceAccount : KubernetesObject
{
    public bool? AutomountServiceAccountToken { get; set; }

    public List<V1LocalObjectReference>? ImagePullSecrets { get; set; }
}
