namespace BackupOperator.Kubernetes.Client;

/// <summary>Spreads waiting times, so that many clients do not come back at the same moment. Safe for concurrent use.</summary>
public sealed class Jitter(Random random)
{
    private readonly Lock gate = new();

    /// <summary>A time between <paramref name="delay"/> and <c>delay × (1 + factor)</c>.</summary>
    public TimeSpan Spread(TimeSpan delay, double factor)
    {
        lock (gate)
        {
            return delay * (1 + (random.NextDouble() * factor));
        }
    }
}
