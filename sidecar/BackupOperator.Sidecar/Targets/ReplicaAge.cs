using BackupOperator.MySql.Replication;

namespace BackupOperator.Sidecar.Targets;

/// <summary>Whether what a replica has is what its source has, as far as the replica knows. Pure.</summary>
internal static class ReplicaAge
{
    /// <returns>Null where it keeps up; where it does not know how far it is behind, too.</returns>
    public static ReplicaTrouble? Judge(ReplicaChannel channel, TimeSpan most)
    {
        var source = $"source {channel.SourceHost}";
        if (!channel.Receives || !channel.Applies)
        {
            var thread = channel.Receives ? "applies nothing from" : "receives nothing from";
            return new ReplicaTrouble($"it {thread} its {source}{(channel.LastError is { } error ? $" ({error})" : "")}", MayPass: true);
        }

        return channel.Lag is { } lag && lag > most.TotalSeconds
            ? new ReplicaTrouble($"it is {lag} s behind its {source}, and cold.maxReplicaLag is {most.TotalSeconds:0} s", MayPass: true)
            : null;
    }
}
