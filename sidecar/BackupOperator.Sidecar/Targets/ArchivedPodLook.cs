using BackupOperator.MySql;
using BackupOperator.MySql.Replication;

namespace BackupOperator.Sidecar.Targets;

/// <summary>
/// Whether the pod whose claim is archived has current data, where all pods stop: a replica that has stood still for a week
/// has the data of last week. Refuses only what is known to be old: a pod that cannot be asked, or has no source, passes.
/// </summary>
internal sealed class ArchivedPodLook(PodServers servers, RunTarget target) : IReplicaLook
{
    public async Task<ReplicaTrouble?> LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var session = await servers.ConnectAsync(target.Pod, cancellationToken);

            // The other members have seen to the data of this one; a channel from elsewhere is at work in one of them alone.
            if (session is null || await ReplicationGroup.HasMemberAsync(session, cancellationToken))
            {
                return null;
            }

            var channels = await ReplicaStatus.ReadAsync(session, cancellationToken);
            return channels.Select(channel => ReplicaAge.Judge(channel, target.MaxReplicaLag)).FirstOrDefault(trouble => trouble is not null);
        }
        catch (MySqlClientException)
        {
            // Backups of servers that are down, or do not tell this user how they replicate, are made all the same.
            return null;
        }
    }

    public string Explain(ReplicaTrouble trouble) =>
        $"Pod {target.Pod} has old data, and its claim {target.Claim} is the one to be archived: {trouble.What}. Nothing was stopped. "
        + "Let spec.target.ordinal name the pod that has the data; or mend the replication, with RESET REPLICA ALL where this pod is no replica any more.";
}
