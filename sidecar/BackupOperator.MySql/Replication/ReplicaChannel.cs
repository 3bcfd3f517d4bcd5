namespace BackupOperator.MySql.Replication;

/// <summary>One source that a server replicates from: a row of <c>SHOW REPLICA STATUS</c>.</summary>
public sealed record ReplicaChannel
{
    /// <summary>Empty for the default channel.</summary>
    public string Name { get; init; } = "";

    public string? SourceHost { get; init; }

    /// <summary>The source's <c>server_id</c>; null where it was never reached.</summary>
    public long? SourceServerId { get; init; }

    /// <summary>The thread that receives runs, and is connected.</summary>
    public bool Receives { get; init; }

    /// <summary>The thread that applies runs.</summary>
    public bool Applies { get; init; }

    /// <summary>Seconds behind the source; null where the server does not know.</summary>
    public long? Lag { get; init; }

    /// <summary>The last error of either thread.</summary>
    public string? LastError { get; init; }
}
