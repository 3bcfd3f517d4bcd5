namespace BackupOperator.LocalCluster.Kubelet.Volumes;

/// <summary>A volume cannot be mounted yet; the pod waits.</summary>
public sealed class VolumeNotReadyException(string message) : Exception(message);
