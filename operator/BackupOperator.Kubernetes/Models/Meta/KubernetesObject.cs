using System.Text.Json.Serialization;

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

    [JsonPropertyOrder(-3)]
    public string? ApiVersion { get; set; }

    [JsonPropertyOrder(-2)]
    public string? Kind { get; set; }

    [JsonPropertyOrder(-1)]
    public V1ObjectMeta Metadata { get; set; } = new();
}
