using BackupOperator.Core.Durations;

namespace BackupOperator.Api.Entities;

/// <summary>What to restore, from where, to where. Nothing but <see cref="Cancel"/> can be changed.</summary>
[ValidationRule("has(self.job) == has(oldSelf.job)", "job is immutable; create a new MySqlRestore")]
[ValidationRule("has(self.encryption) == has(oldSelf.encryption)", "encryption is immutable; create a new MySqlRestore")]
public sealed class MySqlRestoreSpec : IRunSpec
{
    [Required]
    [ValidationRule("self == oldSelf", "source is immutable; create a new MySqlRestore")]
    public RestoreSource Source { get; set; } = new();

    [Required]
    [ValidationRule("self == oldSelf", "target is immutable; create a new MySqlRestore")]
    public DatabaseTarget Target { get; set; } = new();

    [ValidationRule("self == oldSelf", "into is immutable; create a new MySqlRestore")]
    [Description("Where the data goes; InPlace: into the claim of the target, in the place of what is there.")]
    [Default(RestoreInto.InPlace)]
    public RestoreInto Into { get; set; } = RestoreInto.InPlace;

    [ValidationRule("self == oldSelf", "encryption is immutable; create a new MySqlRestore")]
    [Description("The keys of an encrypted backup. Default: those of the MySqlBackup that source names.")]
    public EncryptionSpec? Encryption { get; set; }

    [ValidationRule("self == oldSelf", "delta is immutable; create a new MySqlRestore")]
    [Description("Take what the present data directory has unchanged from there instead of from the storage; every block is checked all the same.")]
    [Default(false)]
    public bool Delta { get; set; }

    [ValidationRule("self == oldSelf", "priority is immutable; create a new MySqlRestore")]
    [Description("Emergency goes to the head of the queue, and waits neither for pods that are not ready nor for a rollout.")]
    [Default(RunPriority.Normal)]
    public RunPriority Priority { get; set; } = RunPriority.Normal;

    [ValidationRule("self == oldSelf", "safety is immutable; create a new MySqlRestore")]
    [Default("{}", Json = true)]
    public RestoreSafety Safety { get; set; } = new();

    [Description("Ends the run: the sidecar undoes its work, the database comes back, and the phase becomes Cancelled.")]
    [Default(false)]
    public bool Cancel { get; set; }

    [RangeMinimum(0)]
    [RangeMaximum(10)]
    [ValidationRule("self == oldSelf", "backoffLimit is immutable; create a new MySqlRestore")]
    [Description("How often a pod that died is replaced; the next one continues where it ended.")]
    [Default(3)]
    public int BackoffLimit { get; set; } = 3;

    [ValidationRule("self == oldSelf", "timeouts is immutable; create a new MySqlRestore")]
    [Default("{}", Json = true)]
    public RunTimeouts Timeouts { get; set; } = new();

    [ValidationRule("self == oldSelf", "job is immutable; create a new MySqlRestore")]
    [Description("How the Job that does the work is to look.")]
    public JobOptions? Job { get; set; }

    string IRunSpec.AllowedDowntime => Safety.MaxDowntime;
}

/// <summary>Names a backup.</summary>
[ValidationRule(
    "(has(self.backup) ? 1 : 0) + (has(self.location) ? 1 : 0) + (has(self.latest) ? 1 : 0) == 1",
    "exactly one of backup, location and latest is needed")]
public sealed class RestoreSource
{
    [Length(1, 253)]
    [Description("Name of a completed MySqlBackup in the namespace of this resource.")]
    public string? Backup { get; set; }

    [Description("A backup in a storage; needs no MySqlBackup.")]
    public BackupLocation? Location { get; set; }

    [Description("The newest completed MySqlBackup of a StatefulSet.")]
    public LatestBackup? Latest { get; set; }
}

/// <summary>A backup's folder in a storage.</summary>
public sealed class BackupLocation
{
    [Required]
    public StorageSpec Storage { get; set; } = new();

    [Required]
    [Length(1, 512)]
    [Pattern(@"^[A-Za-z0-9_=-][A-Za-z0-9._=-]*(/[A-Za-z0-9_=-][A-Za-z0-9._=-]*)*$")]
    [Description("The backup's folder within the storage, as in status.path of its MySqlBackup.")]
    public string Path { get; set; } = "";
}

/// <summary>The newest backup of a StatefulSet.</summary>
public sealed class LatestBackup
{
    [Required]
    [Length(1, 63)]
    public string StatefulSet { get; set; } = "";
}

/// <summary>Where restored data goes.</summary>
public enum RestoreInto
{
    InPlace,
}

/// <summary>What protects the data that a restore replaces.</summary>
public sealed class RestoreSafety
{
    [Pattern(DurationText.Pattern)]
    [Length(2, 32)]
    [Description("How long the replaced data is kept beside the restored data; 0s removes it as soon as MySQL answers.")]
    [Default("24h")]
    public string KeepPrevious { get; set; } = "24h";

    [Pattern(DurationText.Pattern)]
    [Length(2, 32)]
    [Description("How long MySQL may be stopped.")]
    [Default("30m")]
    public string MaxDowntime { get; set; } = "30m";
}
