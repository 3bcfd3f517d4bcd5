using System.Text.Json.Serialization;
using BackupOperator.Core.Backups;

namespace BackupOperator.Api.Entities;

/// <summary>What became of a backup.</summary>
public sealed class MySqlBackupStatus : RunStatus
{
    public BackupPhase? Phase { get; set; }

    [JsonIgnore]
    public override string? PhaseName => Phase?.ToString();

    public SizeStatus? Size { get; set; }

    public BlocksStatus? Blocks { get; set; }

    [Description("What the backup became; Full where an incremental one had nothing to build on.")]
    public BackupType? Type { get; set; }

    [Description("Why it became Full although spec.type wanted another type.")]
    public string? FullBecause { get; set; }

    [Description("The backupId of the backup that this one builds on; absent for a full one.")]
    public string? Parent { get; set; }

    [Description("The backup's folder within the storage.")]
    public string? Path { get; set; }

    [Description("Where the backup lies: s3://bucket/key, or the path in the claim.")]
    public string? Location { get; set; }

    public string? BackupId { get; set; }

    [Description("SHA-256 of the manifest as it is stored.")]
    public string? ManifestDigest { get; set; }

    public ServerStatus? Server { get; set; }

    public BinlogStatus? Binlog { get; set; }

    public string? GtidExecuted { get; set; }

    [Description("What became of spec.copies, in their order.")]
    public List<CopyStatus>? Copies { get; set; }

    [Description("When spec.retention.ttl is over.")]
    public DateTimeOffset? ExpiresAt { get; set; }

    [Description("That the data is to be deleted, and how far that is.")]
    public PruningStatus? Pruning { get; set; }

    /// <summary>Its data is being deleted, or was decided to be: nothing may build on it or read it any more.</summary>
    [JsonIgnore]
    public bool IsBeingPruned => Pruning is { Refused: not true };
}

/// <summary>How far the deletion of a backup's data is.</summary>
public sealed class PruningStatus
{
    [Description("When it was decided.")]
    public DateTimeOffset? Since { get; set; }

    [Description("Why the backup goes.")]
    public string? Because { get; set; }

    [Description("Only what the failed run has left in the storages is deleted; the resource stays.")]
    public bool? LeftoversOnly { get; set; }

    [Description("Attempts that have left something.")]
    public int? Attempts { get; set; }

    [Description("Nothing was deleted, because the sidecar found a reason not to; the backup is as good as before.")]
    public bool? Refused { get; set; }

    [Description("The uid of the Job of the last attempt.")]
    public string? Job { get; set; }

    [Description("What is left, and why.")]
    public string? Message { get; set; }

    [Description("When it is tried again.")]
    public DateTimeOffset? NextAttemptTime { get; set; }
}

/// <summary>How far a copy is.</summary>
public sealed class CopyStatus
{
    [Description("Where the copy lies: s3://bucket/key, or the path in the claim.")]
    public string? Location { get; set; }

    public bool? Complete { get; set; }

    [Description("How often it was tried, the backup itself included.")]
    public int? Attempts { get; set; }

    [Description("Why it is not complete.")]
    public string? Message { get; set; }

    [Description("When it is tried again.")]
    public DateTimeOffset? NextAttemptTime { get; set; }
}

/// <summary>How large a backup is.</summary>
public sealed class SizeStatus
{
    [Description("Size of the files, rounded.")]
    public string? Logical { get; set; }

    [Description("Size in the storage, rounded.")]
    public string? Stored { get; set; }

    [Description("Logical size by stored size.")]
    public double? Ratio { get; set; }
}

public sealed class BlocksStatus
{
    public long? Total { get; set; }

    [Description("Blocks that were in the storage already.")]
    public long? Reused { get; set; }
}

public sealed class ServerStatus
{
    [Description("MySQL or MariaDB.")]
    public string? Flavour { get; set; }

    public string? Version { get; set; }
}

/// <summary>Where the binary log stood.</summary>
public sealed class BinlogStatus
{
    public string? File { get; set; }

    public long? Position { get; set; }
}
