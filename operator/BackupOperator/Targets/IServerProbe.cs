namespace BackupOperator.Targets;

/// <summary>What a server did when it was spoken to.</summary>
internal enum ServerAnswer
{
    /// <summary>It greeted, or refused as only a running server does.</summary>
    Alive,

    /// <summary>The host takes no connection on the port, or what answers is no MySQL server.</summary>
    Refused,

    /// <summary>Nothing came back in time: the network may not let the operator through.</summary>
    Silent,
}

/// <summary>Speaks to a server without an account.</summary>
internal interface IServerProbe
{
    Task<ServerAnswer> AskAsync(string host, int port, CancellationToken cancellationToken);

    /// <summary>Flavour and version, such as <c>mariadb-10.11.6</c>; null where nobody answers.</summary>
    Task<string?> VersionAsync(V1Pod pod, int port, CancellationToken cancellationToken);
}
