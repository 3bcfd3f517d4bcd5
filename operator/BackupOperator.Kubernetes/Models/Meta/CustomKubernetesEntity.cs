namespace BackupOperator.Kubernetes.Models;


/// <summary>Base of a custom resource.</summary>
public abstract class CustomKubernetesEntity<TSpec, TStatus> : KubernetesObject
    where TSpec : new()
    where TStatus : new()
{
    public TSpec Spec { get; set; } = new();

    public TStatus Status { get; set; } = new();
}
