namespace BackupOperator.Kubernetes.Models;


/// <summary>Base of the kinds: a new object knows its <c>apiVersion</c> and <c>kind</c>.</summary>
public abstract class KubernetesObject : IKubernetesObject
{
    protected KubernetesObject()
    {
        var definition = EntityDefinition.Of(GetType());
        ApiVersion = definition.ApiVersion;
        Kind = definition.Kind;
    }

    public string? ApiVersion { get; set; }

    public string? Kind { get; set; }

    public V1ObjectMeta Metadata { get; set; } = new();
}
