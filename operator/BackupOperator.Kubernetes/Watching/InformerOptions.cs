namespace BackupOperator.Kubernetes.Watching;

/// <summary>How an informer comes back after trouble.</summary>
public sealed record InformerOptions
{
    /// <summary>The pause after the first failure; each further one doubles it.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// A loop without a sign of life for this long is stuck. Longer than a quiet watch lives, and than a page of a list
    /// with all its retries.
    /// </summary>
    public TimeSpan StuckAfter { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>A watch that ends sooner than this counts as a failure, so that a server that ends each at once is not asked in a loop.</summary>
    public TimeSpan ShortestWatch { get; init; } = TimeSpan.FromSeconds(1);
}
