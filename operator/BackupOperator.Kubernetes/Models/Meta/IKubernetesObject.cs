namespace BackupOperator.Kubernetes.Models;

/// <summary>Anything the API server stores: type, metadata and a body of its own.</summary>
public interface IKubernetesObject
{
    /// <summary>Group and version, such as <c>apps/v1</c>.</summary>
    string? ApiVersion { get; set; }

    /// <summary>The kind, such as <c>StatefulSet</c>.</summary>
    string? Kind { get; set; }

    V1ObjectMeta Metadata { get; set; }
}
