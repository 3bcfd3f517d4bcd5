using System.Globalization;
using BackupOperator.MySql;
using BackupOperator.MySql.Replication;

namespace BackupOperator.Sidecar.Targets;

/// <summary>
/// Whether the last pod may be stopped alone: it is a replica that keeps up, nobody replicates from it, another pod serves
/// meanwhile, and no commit there waits for this one.
/// </summary>
internal sealed class LastReplicaLook(PodServers servers, TargetClient client, RunTarget target) : IReplicaLook
{
    public async Task<ReplicaTrouble?> LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var session = await servers.ConnectAsync(target.Pod, cancellationToken);
            if (session is null)
            {
                return new ReplicaTrouble("it has no address, or there are no credentials to ask it with", MayPass: true);
            }

            if (await ReplicationGroup.HasMemberAsync(session, cancellationToken))
            {
                return new ReplicaTrouble("it is a member of a replication group or a Galera cluster, which is no replica", MayPass: false);
            }

            var channels = await ReplicaStatus.ReadAsync(session, cancellationToken);
            if (channels.Select(Judge).FirstOrDefault(trouble => trouble is not null) is { } lagging)
            {
                return lagging;
            }

            var last = new Last(
                await ServerIdAsync(session, cancellationToken),
                [.. channels.Select(channel => channel.SourceServerId)],
                (await SemiSyncStatus.ReadAsync(session, cancellationToken)).Acknowledges);
            var others = await AskOthersAsync(last, cancellationToken);
            return channels.Count == 0 ? WithoutSource(others) : Judge(others);
        }
        catch (MySqlException refused) when (refused.Code == MySqlErrorCode.PrivilegeMissing)
        {
            return new ReplicaTrouble(
                $"the user of spec.target.connection.secretRef may not see how it replicates ({refused.ServerMessage}); grant it REPLICATION CLIENT (MySQL) or REPLICA MONITOR (MariaDB)",
                MayPass: false);
        }
        catch (MySqlException refused) when (refused.IsAccessDenied)
        {
            return new ReplicaTrouble(refused.Message, MayPass: false);
        }
        catch (MySqlClientException silent)
        {
            return new ReplicaTrouble(silent.Message, MayPass: true);
        }
    }

    public string Explain(ReplicaTrouble trouble) =>
        $"Pod {target.Pod} may not be stopped alone: {trouble.What}. Mend that, or let spec.cold.scope be AllReplicas.";

    private ReplicaTrouble? Judge(ReplicaChannel channel) =>
        ReplicaAge.Judge(channel, target.MaxReplicaLag)
        ?? (channel.Lag is null ? new ReplicaTrouble($"it does not know how far it is behind its source {channel.SourceHost}", MayPass: true) : null);

    // Where others serve, and none replicates from it, it may as well be a new pod that nobody has told its source yet.
    private static ReplicaTrouble WithoutSource(Others others) => others switch
    {
        { Follower: { } follower } => new ReplicaTrouble($"it replicates from nowhere, and pod {follower} replicates from it, so it is the primary", MayPass: false) { IsSource = true },
        { Serving: 0 } => new ReplicaTrouble("it replicates from nowhere, and no other pod answers, so it is the only one that serves", MayPass: true) { IsSource = true },
        _ => new ReplicaTrouble("it replicates from nowhere, so it may be the primary", MayPass: false),
    };

    private static ReplicaTrouble? Judge(Others others) => others switch
    {
        { Follower: { } follower } => new ReplicaTrouble($"pod {follower} replicates from it", MayPass: false),
        { Serving: 0 } => new ReplicaTrouble("no other pod answers, so nobody would serve meanwhile", MayPass: true),
        { Stall: { } stall } => new ReplicaTrouble(stall, MayPass: true),
        _ => null,
    };

    private static async Task<long?> ServerIdAsync(MySqlSession session, CancellationToken cancellationToken) =>
        long.TryParse(await session.ScalarAsync("SELECT @@server_id", cancellationToken), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;

    /// <returns>Why the commits of this server would wait in vain without the last pod; null where they would not.</returns>
    private static async Task<string?> FindStallAsync(string pod, MySqlSession session, Last last, CancellationToken cancellationToken)
    {
        // Who is nobody's source has no clients, and no commit that waits for them.
        if (!last.Acknowledges || !last.Sources.Contains(await ServerIdAsync(session, cancellationToken)))
        {
            return null;
        }

        var source = await SemiSyncStatus.ReadAsync(session, cancellationToken);
        return source.CommitsWait && source.Clients - 1 < source.Needed
            ? $"commits in pod {pod} wait for {source.Needed} semi-synchronous {(source.Needed == 1 ? "replica" : "replicas")}, and it is one of {source.Clients} that acknowledge"
            : null;
    }

    private async Task<Others> AskOthersAsync(Last last, CancellationToken cancellationToken)
    {
        var first = (await client.ReadAsync(cancellationToken))?.FirstOrdinal ?? 0;
        var serving = 0;
        string? stall = null;
        foreach (var pod in Enumerable.Range(first, target.QuiescedReplicas).Select(ordinal => $"{target.StatefulSet}-{ordinal}"))
        {
            try
            {
                await using var session = await servers.ConnectAsync(pod, cancellationToken);
                if (session is null)
                {
                    continue;
                }

                serving++;
                var sources = await ReplicaStatus.ReadAsync(session, cancellationToken);
                if (last.ServerId is { } id && sources.Any(source => source.SourceServerId == id))
                {
                    return new Others(serving, pod, stall);
                }

                stall ??= await FindStallAsync(pod, session, last, cancellationToken);
            }
            catch (MySqlConnectionException)
            {
                // One pod more or less does not matter, as long as one serves.
            }
        }

        return new Others(serving, Follower: null, stall);
    }

    /// <param name="Serving">How many of the other pods answer.</param>
    /// <param name="Follower">One of them that replicates from the last pod.</param>
    /// <param name="Stall">Why commits would wait.</param>
    private sealed record Others(int Serving, string? Follower, string? Stall);

    /// <summary>The last pod's server.</summary>
    /// <param name="Sources">The <c>server_id</c> of each.</param>
    /// <param name="Acknowledges">It is a semi-synchronous replica.</param>
    private sealed record Last(long? ServerId, IReadOnlyList<long?> Sources, bool Acknowledges);
}
