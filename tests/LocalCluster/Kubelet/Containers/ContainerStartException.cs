namespace BackupOperator.LocalCluster.Kubelet.Containers;

/// <summary>The container could not be built, or its program not be found.</summary>
public sealed class ContainerStartException(string message) : Exception(message);
