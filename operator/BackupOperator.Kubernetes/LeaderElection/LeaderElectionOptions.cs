namespace BackupOperator.Kubernetes.LeaderElection;

/// <summary>Who stands for election, and in which rhythm (the defaults are those of client-go).</summary>
public sealed record LeaderElectionOptions
{
    public required string Namespace { get; init; }

    /// <summary>The name of the Lease.</summary>
    public required string LeaseName { get; init; }

    /// <summary>Different for each process, also after a restart in the same pod.</summary>
    public required string Identity { get; init; }

    /// <summary>How long the others wait after the last renewal that they saw.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A leader that could not renew for this long steps down; shorter than <see cref="LeaseDuration"/>.</summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The Lease of an operator of this name.</summary>
    public static LeaderElectionOptions For(string operatorName, string @namespace, string identity) =>
        new() { LeaseName = $"{operatorName}-leader", Namespace = @namespace, Identity = identity };
}
