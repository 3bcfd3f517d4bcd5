namespace BackupOperator.LocalCluster.ApiServer;

/// <summary>What runs containers and has their output.</summary>
public interface IPodLogs
{
    /// <summary>Copies a container's output.</summary>
    /// <returns>False where the container has not started.</returns>
    Task<bool> CopyAsync(PodLogRequest request, Stream destination, CancellationToken cancellationToken);
}
