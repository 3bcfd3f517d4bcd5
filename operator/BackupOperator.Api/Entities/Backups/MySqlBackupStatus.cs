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
