using System.Text.Json.Serialization;
using BackupOperator.Core.Runs;

namespace BackupOperator.Api.Runs;

/// <summary>What the sidecar is doing; the operator derives the phase from it.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RunStep>))]
public enum RunStep
{
    /// <summary>Checking the storage and the data directory; MySQL is untouched.</summary>
    Checking,
    Precopying,
    Quiescing,
    Archiving,

    /// <summary>A restore moves the data directories.</summary>
    Swapping,

    /// <summary>A restore writes the files of the backup beside the running database.</summary>
    Restoring,

    /// <summary>Scaled up; waiting for MySQL's answer.</summary>
    Resuming,
    Uploading,
    Verifying,

    /// <summary>A restore puts the old data back.</summary>
    RollingBack,
    Done,
    Failed,
}

/// <summary>
/// What the sidecar knows of its run. It is <c>status.report</c> of the resource, and the sidecar is its only writer;
/// phases and conditions are the operator's.
/// </summary>
public sealed record RunReport
{
    /// <summary>The pod that wrote this.</summary>
    public string? Pod { get; init; }

    /// <summary>Null also where it is one that this version does not know.</summary>
    [JsonConverter(typeof(LenientStepConverter))]
    public RunStep? Step { get; init; }

    /// <summary>
    /// Whether MySQL was up before this run stopped it. One that was not (it is backed up before a repair, or restored
    /// because it does not start) need not answer afterwards either. Null while nobody has looked: then it must.
    /// </summary>
    public bool? AnsweredBefore { get; init; }

    /// <summary>When the scale-down was sent.</summary>
    public DateTimeOffset? StoppedAt { get; init; }

    /// <summary>When the lock proved that MySQL was stopped; null with <see cref="LockUnavailable"/>.</summary>
    public DateTimeOffset? LockedAt { get; init; }

    /// <summary>Why only "pods gone" proves the stop, where there is no ibdata1.</summary>
    public string? LockUnavailable { get; init; }

    /// <summary>When the scale-up was sent.</summary>
    public DateTimeOffset? ResumedAt { get; init; }

    /// <summary>When MySQL answered after the scale-up.</summary>
    public DateTimeOffset? AnsweredAt { get; init; }

    public DateTimeOffset? UploadedAt { get; init; }

    public DateTimeOffset? VerifiedAt { get; init; }

    /// <summary>The verification that was done: None, Upload or ReadBack.</summary>
    public string? Verification { get; init; }

    /// <summary>What a restore waits for, or has waited for; null where everything could be read at once.</summary>
    public ThawReport? Thaw { get; init; }

    /// <summary>A backup's result: set once, when the manifest is written and verified.</summary>
    public BackupResult? Backup { get; init; }

    /// <summary>A restore's result.</summary>
    public RestoreResult? Restore { get; init; }

    /// <summary>
    /// A restore's swap of the data directories has begun, and is neither undone nor made final: only a run that has the
    /// journal on the disk may say which data MySQL gets. Known before the first rename, and kept across attempts.
    /// </summary>
    public bool? SwapOpen { get; init; }

    public RunFailure? Failure { get; init; }

    /// <summary>What a run that failed had stored is removed.</summary>
    public bool? Cleared { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }
}

public sealed record BackupResult
{
    public required string BackupId { get; init; }

    /// <summary><c>s3://bucket/key</c> or the path in the claim.</summary>
    public required string Location { get; init; }

    /// <summary>What it became: Full, Incremental or Differential.</summary>
    public string? Type { get; init; }

    /// <summary>Why it became a full one although another type was wanted; null otherwise.</summary>
    public string? FullBecause { get; init; }

    /// <summary>The backup that it builds on; null for a full one.</summary>
    public string? ParentId { get; init; }

    /// <summary>What became of the tiers; null where none are asked for.</summary>
    public TiersResult? Tiers { get; init; }

    /// <summary>One for each further storage that was asked for.</summary>
    public IReadOnlyList<CopyResult> Copies { get; init; } = [];

    /// <summary><c>sha256:</c> and hex digits, over the manifest as it is stored.</summary>
    public required string ManifestDigest { get; init; }

    public required long LogicalBytes { get; init; }

    public required long StoredBytes { get; init; }

    /// <summary>What was free in the storage at the end; null where it does not tell, as S3.</summary>
    public long? StorageFreeBytes { get; init; }

    /// <summary>What the storage can hold; null where it does not tell, as S3.</summary>
    public long? StorageCapacityBytes { get; init; }

    public required long BlocksTotal { get; init; }

    public required long BlocksReused { get; init; }

    public required long Files { get; init; }

    public string? ServerFlavour { get; init; }

    public string? ServerVersion { get; init; }

    public string? BinlogFile { get; init; }

    public long? BinlogPosition { get; init; }

    public string? GtidExecuted { get; init; }

    /// <summary>When the last byte was read: the moment that the backup shows. Null where the report has its own times.</summary>
    public DateTimeOffset? ReadAt { get; init; }
}

/// <summary>Packs that the store brings back from an archive class.</summary>
/// <param name="Packs">That the backup needs.</param>
/// <param name="Readable">So many of them can be read.</param>
/// <param name="Since">When the waiting began.</param>
public sealed record ThawReport(int Packs, int Readable, DateTimeOffset Since);

/// <summary>Whether buckets will move packs to other classes.</summary>
/// <param name="Problem">Why not all of them; null where they do.</param>
public sealed record TiersResult(string? Problem);

/// <summary>What became of a copy.</summary>
/// <param name="Index">Its place in <c>spec.copies</c>, from 0.</param>
/// <param name="Problem">Why it is not complete; null where it is.</param>
public sealed record CopyResult(int Index, string Location, string? Problem)
{
    public bool IsComplete => Problem is null;
}

public sealed record RestoreResult
{
    public required string BackupId { get; init; }

    public required long LogicalBytes { get; init; }

    public required long Files { get; init; }

    /// <summary>The folder in the claim that holds the data of before; null where none was kept.</summary>
    public string? PreviousData { get; init; }

    /// <summary>True when MySQL was started and answered; false when the StatefulSet had no replicas before.</summary>
    public required bool Started { get; init; }
}

/// <summary>Why a run failed; also the content of the termination log.</summary>
public sealed record RunFailure
{
    /// <summary>One of <see cref="FailureReason"/>.</summary>
    public required string Reason { get; init; }

    /// <summary>The resource, the cause and the way out.</summary>
    public required string Message { get; init; }

    /// <summary>Whether another attempt can succeed without anyone's help.</summary>
    public required bool Retryable { get; init; }

    /// <summary>With <see cref="FailureReason.WrongUser"/>: whose files they are.</summary>
    public FileOwner? Owner { get; init; }

    /// <summary>
    /// With <see cref="FailureReason.ReplicaUnfit"/>: the last pod is the primary. Where all pods stop instead, its claim is
    /// still the one to archive.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsSource { get; init; }
}
