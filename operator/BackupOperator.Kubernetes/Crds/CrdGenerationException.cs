namespace BackupOperator.Kubernetes.Crds;

/// <summary>A C# type has something that a structural schema cannot say.</summary>
public sealed class CrdGenerationException(string message) : Exception(message);
