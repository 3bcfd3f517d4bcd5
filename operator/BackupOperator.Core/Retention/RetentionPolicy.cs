namespace BackupOperator.Core.Retention;

/// <summary>
/// Which good backups of a schedule stay. The <c>Keep</c> rules choose (all, where there are none); the limits take away
/// from what was chosen, the oldest first; <see cref="MinCount"/> is stronger than both.
/// </summary>
public sealed record RetentionPolicy
{
    /// <summary>The newest so many.</summary>
    public int? KeepLast { get; init; }

    /// <summary>The newest one of each of the last so many hours that have one; likewise the other periods.</summary>
    public int? KeepHourly { get; init; }

    public int? KeepDaily { get; init; }

    /// <summary>Weeks begin on Monday (ISO 8601).</summary>
    public int? KeepWeekly { get; init; }

    public int? KeepMonthly { get; init; }

    public int? KeepYearly { get; init; }

    /// <summary>What is older goes.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>So many stay at most, ancestors of those that stay included.</summary>
    public int? MaxCount { get; init; }

    /// <summary>Bytes that stay at most, ancestors of those that stay included.</summary>
    public long? MaxTotalSize { get; init; }

    /// <summary>The newest so many stay whatever the rules and limits say; never fewer than one.</summary>
    public int MinCount { get; init; } = 1;
}
