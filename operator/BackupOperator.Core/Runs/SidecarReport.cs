namespace BackupOperator.Core.Runs;

/// <summary>The steps of the sidecar; the same words as in its report.</summary>
public enum SidecarStep
{
    Checking,
    Precopying,
    Quiescing,
    Archiving,
    Swapping,
    Restoring,
    Resuming,
    Uploading,
    Verifying,
    RollingBack,
    Done,
    Failed,

    /// <summary>One that only a newer version knows; the sidecar has begun its work.</summary>
    Unknown,
}

/// <summary>What the sidecar has told of its run.</summary>
public sealed record SidecarReport
{
    public string? Pod { get; init; }

    public SidecarStep? Step { get; init; }

    /// <summary>Whether MySQL was up before the run; null while nobody has looked.</summary>
    public bool? AnsweredBefore { get; init; }

    public DateTimeOffset? StoppedAt { get; init; }

    public DateTimeOffset? LockedAt { get; init; }

    /// <summary>Why no lock proves the stop.</summary>
    public string? LockUnavailable { get; init; }

    public DateTimeOffset? ResumedAt { get; init; }

    public DateTimeOffset? AnsweredAt { get; init; }

    public DateTimeOffset? UploadedAt { get; init; }

    public DateTimeOffset? VerifiedAt { get; init; }

    public string? Verification { get; init; }

    /// <summary>Packs that a restore needs, and how many of them can be read; null where all could from the beginning.</summary>
    public (int Packs, int Readable)? Thaw { get; init; }

    /// <summary>Whether tiers were asked for and the buckets have them.</summary>
    public bool? HasTiers { get; init; }

    public string? TiersProblem { get; init; }

    /// <summary>Whether the result of the run is in the report.</summary>
    public bool HasResult { get; init; }

    /// <summary>The folder with the data that a restore replaced.</summary>
    public string? PreviousData { get; init; }

    /// <summary>A restore has begun to move the data directories, and has neither undone that nor made it final. Null from a sidecar that does not tell.</summary>
    public bool? SwapOpen { get; init; }

    public RunFailureInfo? Failure { get; init; }
}

/// <summary>Why a run failed.</summary>
/// <param name="Owner">Whose the data directory is, where the run failed because it is someone else's.</param>
/// <param name="IsSource">The replica that may not be stopped is none, but the primary: the data is there.</param>
public sealed record RunFailureInfo(string Reason, string Message, bool Retryable, FileOwner? Owner = null, bool IsSource = false);
