using BackupOperator.LocalCluster.Images;

namespace BackupOperator.LocalCluster.Kubelet;

/// <summary>What a node of LocalCluster needs to know.</summary>
public sealed record KubeletOptions
{
    public required string NodeName { get; init; }

    /// <summary>Holds the containers' layers, the volumes and the logs.</summary>
    public required string DataDirectory { get; init; }

    public required ImageCatalog Images { get; init; }

    /// <summary>Where containers find the API server; null leaves <c>KUBERNETES_SERVICE_HOST</c> unset.</summary>
    public Uri? ApiServer { get; init; }

    /// <summary>Gives a token for a service account: namespace, name, audience (null: the API server's), lifetime.</summary>
    public Func<string, string, string?, TimeSpan, CancellationToken, Task<string>>? CreateToken { get; init; }

    /// <summary>The pause before a crashed container starts again; doubles with each crash. Kubernetes: 10 s.</summary>
    public TimeSpan RestartBackoffFirst { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Kubernetes: 5 minutes.</summary>
    public TimeSpan RestartBackoffMost { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a volume or image that is not there is looked for again.</summary>
    public TimeSpan RetryPause { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Kubernetes: 10 s.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(2);
}
