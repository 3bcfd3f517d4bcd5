using BackupOperator.MySql;
using BackupOperator.Sidecar.Runs;

namespace BackupOperator.Sidecar.Targets;

/// <summary>Logs in to the servers in the target's pods, each by the address of its pod.</summary>
internal sealed class PodServers(TargetClient client, RunTarget target, RunSettings settings, TimeProvider time)
{
    /// <returns>Null where the pod has no address, or there are no credentials.</returns>
    /// <exception cref="MySqlClientException">It does not let us in.</exception>
    public async Task<MySqlSession?> ConnectAsync(string pod, CancellationToken cancellationToken) =>
        await client.ReadPodAsync(pod, cancellationToken) is { Metadata.DeletionTimestamp: null, Status.PodIP: { Length: > 0 } host }
        && ServerLogin.To(host, target, settings) is { } options
            ? await MySqlSession.ConnectAsync(options, time, cancellationToken)
            : null;
}
