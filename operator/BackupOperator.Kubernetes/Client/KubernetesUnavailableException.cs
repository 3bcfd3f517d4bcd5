namespace BackupOperator.Kubernetes.Client;

/// <summary>
/// The API server could not be reached, or gave no answer. Whether a change was made is unknown: read before deciding again.
/// </summary>
public class KubernetesUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
