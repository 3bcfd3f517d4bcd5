namespace BackupOperator.LocalCluster.Controllers.Jobs;

/// <summary>How patient Jobs are.</summary>
public sealed record JobControllerOptions
{
    /// <summary>The pause after the first failure; doubles with each further one. Kubernetes: 10 s.</summary>
    public TimeSpan BackoffFirst { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Kubernetes: 10 minutes.</summary>
    public TimeSpan BackoffMost { get; init; } = TimeSpan.FromMinutes(10);
}
