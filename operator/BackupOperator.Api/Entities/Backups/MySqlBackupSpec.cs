using BackupOperator.Core.Durations;
using BackupOperator.Core.Naming;

namespace BackupOperator.Api.Entities;

/// <summary>What to back up, how, and to where. Nothing but <see cref="Cancel"/> and <see cref="Retention"/> can be changed.</summary>
[ValidationRule("has(self.job) == has(oldSelf.job)", "job is immutable; create a new MySqlBackup")]
[ValidationRule("has(self.encryption) == has(oldSelf.encryption)", "encryption is immutable; create a new MySqlBackup")]
[ValidationRule("has(self.copies) == has(oldSelf.copies)", "copies is immutable; create a new MySqlBackup")]
[ValidationRule("has(self.imported) == has(oldSelf.imported)", "imported is immutable: it says that nothing is to be run")]
[ValidationRule("has(self.preconditions) == has(oldSelf.preconditions)", "preconditions is immutable; create a new MySqlBackup")]
[ValidationRule(
    "!has(self.preconditions) || !has(self.preconditions.maxReplicaLagSeconds) || (has(self.target.connection) && has(self.target.connection.secretRef))",
    "preconditions.maxReplicaLagSeconds needs target.connection.secretRef: how far the replicas are is asked by SQL")]
[ValidationRule(
    "self.cold.scope != 'LastReplica' || (has(self.target.connection) && has(self.target.connection.secretRef))",
    "cold.scope LastReplica needs target.connection.secretRef: how the pods replicate is asked by SQL")]
public sealed class MySqlBackupSpec : IRunSpec
{
    [Required]
    [ValidationRule("self == oldSelf", "target is immutable; create a new MySqlBackup")]
    public DatabaseTarget Target { get; set; } = new();

    [ValidationRule("self == oldSelf", "type is immutable; create a new MySqlBackup")]
    [Description("Full; Incremental: the changes since the newest backup; Differential: the changes since the newest full one. Without one to build on, it becomes Full, and the status says why.")]
    [Default(BackupType.Full)]
    public BackupType Type { get; set; } = BackupType.Full;

    [ValidationRule("self == oldSelf", "method is immutable; create a new MySqlBackup")]
    [Default(BackupMethod.Cold)]
    public BackupMethod Method { get; set; } = BackupMethod.Cold;

    [ValidationRule("self == oldSelf", "priority is immutable; create a new MySqlBackup")]
    [Description("Emergency goes to the head of the queue, and waits neither for pods that are not ready nor for a rollout.")]
    [Default(RunPriority.Normal)]
    public RunPriority Priority { get; set; } = RunPriority.Normal;

    [ValidationRule("self == oldSelf", "cold is immutable; create a new MySqlBackup")]
    [Description("How a cold backup stops the database.")]
    [Default("{}", Json = true)]
    public ColdBackupOptions Cold { get; set; } = new();

    [ValidationRule("self == oldSelf", "preconditions is immutable; create a new MySqlBackup")]
    [Description("What must hold for the backup to begin. Where it does not come to hold, the backup is Cancelled, and MySQL was not touched.")]
    public BackupPreconditions? Preconditions { get; set; }

    [Required]
    [ValidationRule("self == oldSelf", "storage is immutable; create a new MySqlBackup")]
    public StorageSpec Storage { get; set; } = new();

    [Items(minItems: 1, maxItems: 4)]
    [ValidationRule("self == oldSelf", "copies is immutable; create a new MySqlBackup")]
    [ValidationRule("self.all(a, self.exists_one(b, a == b))", "copies must not name one storage twice")]
    [Description("Further storages that the backup is written to. One that fails is tried again until it is complete.")]
    public List<StorageSpec>? Copies { get; set; }

    [ValidationRule("self == oldSelf", "encryption is immutable; create a new MySqlBackup")]
    [Description("Encrypt the data before it leaves the pod. Without it, backups are stored in the clear.")]
    public EncryptionSpec? Encryption { get; set; }

    [ValidationRule("self == oldSelf", "compression is immutable; create a new MySqlBackup")]
    [Default("{}", Json = true)]
    public CompressionOptions Compression { get; set; } = new();

    [ValidationRule("self == oldSelf", "naming is immutable; create a new MySqlBackup")]
    [Default("{}", Json = true)]
    public NamingOptions Naming { get; set; } = new();

    [ValidationRule("self == oldSelf", "verification is immutable; create a new MySqlBackup")]
    [Default("{}", Json = true)]
    public VerificationOptions Verification { get; set; } = new();

    [Description("How long the backup stays. This can be changed.")]
    public BackupRetention? Retention { get; set; }

    [ValidationRule("self == oldSelf", "deletionPolicy is immutable; create a new MySqlBackup")]
    [Description("What becomes of the data when this resource is deleted. Retain: it stays where it is. Delete: it is deleted, before the resource goes; not when the whole namespace is deleted.")]
    [Default(DeletionPolicy.Retain)]
    public DeletionPolicy DeletionPolicy { get; set; } = DeletionPolicy.Retain;

    [ValidationRule("self == oldSelf", "imported is immutable: it says that nothing is to be run")]
    [Description("Names a backup that is in the storage already. Nothing is run for this resource: an import (spec.catalog of a schedule) has made it, and fills its status from the backup's manifest.")]
    public ImportedBackup? Imported { get; set; }

    [Description("Ends the run: the sidecar undoes its work, the database comes back, and the phase becomes Cancelled.")]
    [Default(false)]
    public bool Cancel { get; set; }

    [RangeMinimum(0)]
    [RangeMaximum(10)]
    [ValidationRule("self == oldSelf", "backoffLimit is immutable; create a new MySqlBackup")]
    [Description("How often a pod that died is replaced; the next one continues where it ended.")]
    [Default(3)]
    public int BackoffLimit { get; set; } = 3;

    [ValidationRule("self == oldSelf", "timeouts is immutable; create a new MySqlBackup")]
    [Default("{}", Json = true)]
    public RunTimeouts Timeouts { get; set; } = new();

    [ValidationRule("self == oldSelf", "job is immutable; create a new MySqlBackup")]
    [Description("How the Job that does the work is to look.")]
    public JobOptions? Job { get; set; }

    string IRunSpec.AllowedDowntime => Cold.MaxDowntime;
}

/// <summary>How much a backup holds.</summary>
public enum BackupType
{
    /// <summary>Everything; needs no other backup.</summary>
    Full,

    /// <summary>What has changed since the newest backup.</summary>
    Incremental,

    /// <summary>What has changed since the newest full backup.</summary>
    Differential,
}

/// <summary>How the data is brought to a standstill.</summary>
public enum BackupMethod
{
    /// <summary>MySQL is stopped.</summary>
    Cold,
}

/// <summary>Which pods stop.</summary>
public enum ColdScope
{
    /// <summary>All of them; nothing serves meanwhile.</summary>
    AllReplicas,

    /// <summary>The one with the highest ordinal, if it is a replica that keeps up; the others serve.</summary>
    LastReplica,

    /// <summary>LastReplica where it is possible, else AllReplicas; the status says which and why.</summary>
    Auto,
}

/// <summary>How a cold backup stops the database.</summary>
public sealed class ColdBackupOptions
{
    [Description("Which pods stop. LastReplica backs up the pod with the highest ordinal while the others serve; it must be a replica that keeps up.")]
    [Default(ColdScope.AllReplicas)]
    public ColdScope Scope { get; set; } = ColdScope.AllReplicas;

    [Pattern(DurationText.Pattern)]
    [Length(2, 32)]
    [Description("How far the pod whose data is backed up may be behind its source, where it is a replica among several pods.")]
    [Default("60s")]
    public string MaxReplicaLag { get; set; } = "60s";

    [Description("Store all blocks while MySQL serves, so that it is stopped for the changed ones only.")]
    [Default(true)]
    public bool Precopy { get; set; } = true;

    [Pattern(DurationText.Pattern)]
    [Length(2, 32)]
    [Description("How long MySQL may be stopped; then it is started, and the run fails.")]
    [Default("30m")]
    public string MaxDowntime { get; set; } = "30m";
}

/// <summary>What must hold for a backup to begin.</summary>
public sealed class BackupPreconditions
{
    [RangeMinimum(0)]
    [RangeMaximum(86_400)]
    [Description("How far any pod may be behind its source. It is waited for during half of timeouts.preparing.")]
    public long? MaxReplicaLagSeconds { get; set; }
}

/// <summary>How blocks are packed.</summary>
public sealed class CompressionOptions
{
    [Default(CompressionAlgorithm.Zstd)]
    public CompressionAlgorithm Algorithm { get; set; } = CompressionAlgorithm.Zstd;

    [RangeMinimum(1)]
    [RangeMaximum(19)]
    [Default(1)]
    public int Level { get; set; } = 1;
}

public enum CompressionAlgorithm
{
    Zstd,
    None,
}

/// <summary>How a backup's folder is named.</summary>
public sealed class NamingOptions
{
    [Length(1, 256)]
    [ValidationRule("self.contains('{uid}')", "pathTemplate must hold {uid}: without it two backups could share a folder")]
    [Description("Path of the backup's folder, with {namespace} {statefulSet} {name} {schedule} {type} {uid} {timestamp} {server} {date:FORMAT}; {schedule} is manual where none has made the backup.")]
    [Default(Core.Naming.PathTemplate.Default)]
    public string PathTemplate { get; set; } = Core.Naming.PathTemplate.Default;
}

/// <summary>What is checked before a backup is Completed.</summary>
public sealed class VerificationOptions
{
    [Description("None; Upload: the store has what was sent; ReadBack: every block is read again and checked.")]
    [Default(VerificationLevel.Upload)]
    public VerificationLevel Level { get; set; } = VerificationLevel.Upload;
}

public enum VerificationLevel
{
    None,
    Upload,
    ReadBack,
}

/// <summary>How long one backup stays.</summary>
public sealed class BackupRetention
{
    [Pattern(DurationText.Pattern)]
    [Length(2, 32)]
    [Description("From its completion on; then its data is deleted, and after it this resource. The newest good backup of a database in its storage stays in any case, and so does what other backups build on.")]
    public string? Ttl { get; set; }
}

/// <summary>A backup that was there before its resource.</summary>
public sealed class ImportedBackup
{
    [Required]
    [Length(1, 255)]
    [Description("As its manifest has it.")]
    public string BackupId { get; set; } = "";

    [Required]
    [Length(1, 1024)]
    [Description("The backup's folder within the storage.")]
    public string Path { get; set; } = "";
}

/// <summary>What becomes of the data when its resource is deleted.</summary>
public enum DeletionPolicy
{
    /// <summary>It stays.</summary>
    Retain,

    /// <summary>It is deleted, unless other backups build on it.</summary>
    Delete,
}
