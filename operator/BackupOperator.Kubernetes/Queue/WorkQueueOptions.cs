namespace BackupOperator.Kubernetes.Queue;

/// <summary>How failed keys come back.</summary>
public sealed record WorkQueueOptions
{
    /// <summary>The pause after the first failure; each further one doubles it.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest pause. There is no last try.</summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromMinutes(1);
}
