namespace BackupOperator.Sidecar.Runs;

/// <summary>Where a run finds things, and how patient it is; the defaults are those of a Job pod.</summary>
public sealed record RunSettings
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(50);

    /// <summary>The name of this pod.</summary>
    public required string PodName { get; init; }

    public string Volume { get; init; } = RunPaths.Volume;

    public string Storage { get; init; } = RunPaths.Storage;

    public string StorageCredentials { get; init; } = RunPaths.StorageCredentials;

    public string StorageCa { get; init; } = RunPaths.StorageCa;

    public string EncryptionKeys { get; init; } = RunPaths.EncryptionKeys;

    public string Copies { get; init; } = RunPaths.Copies;

    public string MySqlCredentials { get; init; } = RunPaths.MySqlCredentials;

    public string TerminationLog { get; init; } = RunPaths.TerminationLog;

    /// <summary>Between two looks at the StatefulSet and its pods; at most, where MySQL is down meanwhile.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Between two looks while MySQL is down. It adds at most an eighth to what has passed already.</summary>
    public TimeSpan PauseAfter(TimeSpan waited) => TimeSpan.FromTicks(Math.Min(Math.Max(waited.Ticks / 8, ShortestPause.Ticks), PollInterval.Ticks));

    /// <summary>How long the lock may take after the pods are gone: the last process may still be ending.</summary>
    public TimeSpan LockPatience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The operator starts MySQL by itself this long after <see cref="RunTarget.MaxDowntime"/>.</summary>
    public TimeSpan DeadlineSlack { get; init; } = QuiesceMark.DeadlineSlack;

    /// <summary>How long a replica that lags, or is about to connect, is waited for.</summary>
    public TimeSpan ReplicaPatience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a committed backup waits for its copies; what is not there by then is for a Job of their own.</summary>
    public TimeSpan CopyPatience { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long the operator may take to deal with a page of a catalog.</summary>
    public TimeSpan AnswerPatience { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long the API may stay silent before MySQL is touched.</summary>
    public TimeSpan ApiPatience { get; init; } = TimeSpan.FromMinutes(2);
}
