namespace BackupOperator.Kubernetes.Configuration;

/// <summary>The way to the API server is not known, or its description is wrong; the message says what to mend.</summary>
public sealed class KubernetesConfigurationException(string message, Exception? inner = null) : Exception(message, inner);
