namespace BackupOperator.Core.Runs;

/// <summary>How long each part of a run may take.</summary>
public sealed record RunLimits
{
    /// <summary>From the resource's creation to its start.</summary>
    public TimeSpan Queued { get; init; } = TimeSpan.FromHours(24);

    /// <summary>From the start to the sidecar's first word; also how long a missing target is waited for.</summary>
    public TimeSpan Preparing { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How long MySQL may take to answer after the scale-up.</summary>
    public TimeSpan Resume { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>From the start to the end.</summary>
    public TimeSpan Total { get; init; } = TimeSpan.FromHours(24);
}
