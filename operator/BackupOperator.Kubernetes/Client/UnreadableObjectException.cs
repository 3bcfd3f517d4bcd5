namespace BackupOperator.Kubernetes.Client;

/// <summary>
/// The API server has answered, and what it sent does not fit the type: another version has written it, or someone by hand.
/// It does not pass by itself; whoever only waits for answers may wait for this one, too.
/// </summary>
public sealed class UnreadableObjectException(string message, Exception? inner = null) : KubernetesUnavailableException(message, inner);
