using BackupOperator.Kubernetes.Client;
using BackupOperator.MySql;
using BackupOperator.MySql.Replication;
using BackupOperator.Sidecar.Runs;

namespace BackupOperator.Sidecar.Targets;

/// <summary>
/// That no pod of the target is further behind its source than allowed. A pod that cannot be asked, or does not know, counts
/// as too far behind; one that replicates from nowhere is behind nobody.
/// </summary>
public sealed class LagPrecondition(TargetClient client, RunSpec run, RunLagLimit limit, RunSettings settings, TimeProvider time)
{
    /// <summary>Returns when it holds.</summary>
    /// <exception cref="RunException">It has not come to hold in time. Nothing was touched.</exception>
    public async Task RequireAsync(CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        while (await FindTroubleAsync(cancellationToken) is { } trouble)
        {
            if (time.GetElapsedTime(since) >= limit.Patience)
            {
                throw new RunException(
                    FailureReason.PreconditionUnmet,
                    ExitCode.PreconditionUnmet,
                    $"preconditions.maxReplicaLagSeconds is {limit.Most.TotalSeconds:0}, and {trouble}. MySQL was not touched.");
            }

            await Task.Delay(settings.PollInterval, time, cancellationToken);
        }
    }

    private async Task<string?> FindTroubleAsync(CancellationToken cancellationToken)
    {
        try
        {
            var first = (await client.ReadAsync(cancellationToken))?.FirstOrdinal ?? 0;
            foreach (var pod in Enumerable.Range(first, run.Target.Replicas).Select(ordinal => $"{run.Target.StatefulSet}-{ordinal}"))
            {
                if (await AskAsync(pod, cancellationToken) is { } trouble)
                {
                    return $"pod {pod} {trouble}";
                }
            }

            return null;
        }
        catch (Exception silent) when (silent is KubernetesUnavailableException or KubernetesApiException)
        {
            return $"the Kubernetes API does not say where its pods are ({silent.Message})";
        }
    }

    private async Task<string?> AskAsync(string pod, CancellationToken cancellationToken)
    {
        try
        {
            if (await client.ReadPodAsync(pod, cancellationToken) is not { Metadata.DeletionTimestamp: null, Status.PodIP: { Length: > 0 } host })
            {
                return "is not there to be asked";
            }

            if (ServerLogin.To(host, run.Target, settings) is not { } login)
            {
                return "cannot be asked without spec.target.connection.secretRef";
            }

            await using var session = await MySqlSession.ConnectAsync(login, time, cancellationToken);
            return (await ReplicaStatus.ReadAsync(session, cancellationToken)).Select(Judge).FirstOrDefault(trouble => trouble is not null);
        }
        catch (MySqlException refused) when (refused.Code == MySqlErrorCode.PrivilegeMissing)
        {
            return $"does not tell how it replicates ({refused.ServerMessage}); grant REPLICATION CLIENT (MySQL) or REPLICA MONITOR (MariaDB) to the user of spec.target.connection.secretRef";
        }
        catch (MySqlClientException silent)
        {
            return $"does not answer ({silent.Message})";
        }
    }

    private string? Judge(ReplicaChannel channel) => channel switch
    {
        { Receives: false } => $"receives nothing from its source {channel.SourceHost}",
        { Applies: false } => $"applies nothing from its source {channel.SourceHost}",
        { Lag: null } => $"does not know how far it is behind its source {channel.SourceHost}",
        { Lag: { } lag } when lag > limit.Most.TotalSeconds => $"is {lag} s behind its source {channel.SourceHost}",
        _ => null,
    };
}
