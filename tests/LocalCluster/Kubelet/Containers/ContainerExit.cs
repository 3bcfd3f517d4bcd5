namespace BackupOperator.LocalCluster.Kubelet.Containers;

/// <summary>How a container ended. A signal is told as shells do, 128 + its number: 137 for SIGKILL.</summary>
public sealed record ContainerExit(int Code, DateTimeOffset StartedAt, DateTimeOffset FinishedAt, string? Message);
