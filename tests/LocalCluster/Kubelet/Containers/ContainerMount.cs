namespace BackupOperator.LocalCluster.Kubelet.Containers;

/// <summary>A file or folder of the machine that a container sees at <paramref name="MountPath"/>.</summary>
public sealed record ContainerMount(string HostPath, string MountPath, bool ReadOnly = false);
