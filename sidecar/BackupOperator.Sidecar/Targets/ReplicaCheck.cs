using BackupOperator.MySql;
using BackupOperator.MySql.Replication;
using BackupOperator.Sidecar.Runs;

namespace BackupOperator.Sidecar.Targets;

/// <summary>
/// Whether the last pod may be stopped alone: it is a replica that keeps up, nobody replicates from it, and another pod
/// serves meanwhile. Asked by SQL, as nothing else knows who is the source today.
/// </summary>
public sealed class ReplicaCheck(TargetClient client, RunSpec run, RunSettings settings, TimeProvider time)
{
    /// <summary>An attempt before this one has begun, and found the replica fit: that it is not now is worth another attempt.</summary>
    public bool IsRetry { get; init; }

    private RunTarget Target => run.Target;

    /// <summary>Returns when the replica may be stopped; waits a while for one that is only catching up.</summary>
    /// <exception cref="RunException">It may not be stopped. Nothing was touched.</exception>
    public async Task RequireAsync(CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        while (await LookAsync(cancellationToken) is { } trouble)
        {
            if (!trouble.MayPass || time.GetElapsedTime(since) >= settings.ReplicaPatience)
            {
                throw new RunException(
                    FailureReason.ReplicaUnfit,
                    IsRetry ? ExitCode.ReplicaNotFitNow : ExitCode.ReplicaUnfit,
                    $"Pod {Target.Pod} may not be stopped alone: {trouble.What}. Mend that, or let spec.cold.scope be AllReplicas.",
                    retryable: IsRetry);
            }

            await Task.Delay(settings.PollInterval, time, cancellationToken);
        }
    }

    private async Task<Trouble?> LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var session = await ConnectAsync(Target.Pod, cancellationToken);
            if (session is null)
            {
                return new Trouble("it has no address, or there are no credentials to ask it with", MayPass: true);
            }

            var channels = await ReplicaStatus.ReadAsync(session, cancellationToken);
            if (channels.Count == 0)
            {
                return new Trouble("it replicates from nowhere, so it may be the primary", MayPass: false);
            }

            var lagging = channels.Select(Judge).FirstOrDefault(trouble => trouble is not null);
            return lagging ?? await LookAtOthersAsync(await session.ScalarAsync("SELECT @@server_id", cancellationToken), cancellationToken);
        }
        catch (MySqlException refused) when (refused.Code == MySqlErrorCode.PrivilegeMissing)
        {
            return new Trouble(
                $"the user of spec.target.connection.secretRef may not see how it replicates ({refused.ServerMessage}); grant it REPLICATION CLIENT (MySQL) or REPLICA MONITOR (MariaDB)",
                MayPass: false);
        }
        catch (MySqlException refused) when (refused.IsAccessDenied)
        {
            return new Trouble(refused.Message, MayPass: false);
        }
        catch (MySqlClientException silent)
        {
            return new Trouble(silent.Message, MayPass: true);
        }
    }

    private Trouble? Judge(ReplicaChannel channel)
    {
        var source = $"source {channel.SourceHost}";
        if (!channel.Receives || !channel.Applies)
        {
            var thread = channel.Receives ? "applies nothing from" : "receives nothing from";
            return new Trouble($"it {thread} its {source}{(channel.LastError is { } error ? $" ({error})" : "")}", MayPass: true);
        }

        if (channel.Lag is not { } lag)
        {
            return new Trouble($"it does not know how far it is behind its {source}", MayPass: true);
        }

        var limit = Target.MaxReplicaLag.TotalSeconds;
        return lag > limit ? new Trouble($"it is {lag} s behind its {source}, and cold.maxReplicaLag is {limit:0} s", MayPass: true) : null;
    }

    private async Task<Trouble?> LookAtOthersAsync(string? serverId, CancellationToken cancellationToken)
    {
        var first = (await client.ReadAsync(cancellationToken))?.FirstOrdinal ?? 0;
        var serving = 0;
        foreach (var pod in Enumerable.Range(first, Target.QuiescedReplicas).Select(ordinal => $"{Target.StatefulSet}-{ordinal}"))
        {
            try
            {
                await using var session = await ConnectAsync(pod, cancellationToken);
                if (session is null)
                {
                    continue;
                }

                serving++;
                var sources = await ReplicaStatus.ReadAsync(session, cancellationToken);
                if (sources.Any(source => source.SourceServerId?.ToString(System.Globalization.CultureInfo.InvariantCulture) == serverId))
                {
                    return new Trouble($"pod {pod} replicates from it", MayPass: false);
                }
            }
            catch (MySqlConnectionException)
            {
                // One pod more or less does not matter, as long as one serves.
            }
        }

        return serving > 0 ? null : new Trouble("no other pod answers, so nobody would serve meanwhile", MayPass: true);
    }

    private async Task<MySqlSession?> ConnectAsync(string name, CancellationToken cancellationToken) =>
        await client.ReadPodAsync(name, cancellationToken) is { Metadata.DeletionTimestamp: null, Status.PodIP: { Length: > 0 } host }
        && ServerLogin.To(host, Target, settings) is { } options
            ? await MySqlSession.ConnectAsync(options, time, cancellationToken)
            : null;

    /// <param name="MayPass">Whether it may be different in a moment, without anyone's help.</param>
    private sealed record Trouble(string What, bool MayPass);
}
