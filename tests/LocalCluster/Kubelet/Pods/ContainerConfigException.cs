namespace BackupOperator.LocalCluster.Kubelet.Pods;

/// <summary>What the pod says about a container cannot be carried out (yet); told as <c>CreateContainerConfigError</c>.</summary>
public sealed class ContainerConfigException(string message) : Exception(message);
