using System.Text.Json;
using System.Text.Json.Serialization;

namespace BackupOperator.Api.Runs;

/// <summary>What a Job pod is asked to do.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RunKind>))]
public enum RunKind
{
    Backup,
    Restore,

    /// <summary>Removes the previous data that a restore kept.</summary>
    RemovePrevious,

    /// <summary>
    /// Puts the old data back after a restore died in the middle of its swap, starts MySQL and waits for its answer.
    /// Exits with 0 when MySQL answers; it has nothing to do where the journal says that no swap is open.
    /// </summary>
    RollBack,

    /// <summary>Brings the copies of a finished backup up to date with its first storage.</summary>
    Copy,

    /// <summary>Deletes backups from their storages.</summary>
    Prune,

    /// <summary>Tells a schedule which backups there are in its storage.</summary>
    Catalog,

    /// <summary>
    /// Tries out what a backup needs of its storage, without the claim of the database. Reports nothing; the exit code and
    /// the termination message tell.
    /// </summary>
    Preflight,
}

/// <summary>
/// Everything the sidecar needs to know for one run, resolved by the operator and handed over as JSON in the
/// environment variable <c>MYSQLBACKUP_RUN</c>. Holds no secret: credentials are files below <see cref="RunPaths"/>.
/// </summary>
public sealed record RunSpec
{
    public const string EnvironmentVariable = "MYSQLBACKUP_RUN";

    public required RunKind Kind { get; init; }

    /// <summary>The resource to report to: kind <c>MySqlBackup</c>, <c>MySqlRestore</c> or <c>MySqlBackupSchedule</c>.</summary>
    public required string ResourceKind { get; init; }

    public required string Namespace { get; init; }

    public required string Name { get; init; }

    /// <summary>The uid of the resource; it is the run's id, and every status patch has it as precondition.</summary>
    public required string Uid { get; init; }

    public required RunTarget Target { get; init; }

    public required RunStorage Storage { get; init; }

    /// <summary>The backup's folder within the storage, without a leading or trailing slash.</summary>
    public required string Path { get; init; }

    /// <summary>Further storages that a backup is written to; of <see cref="RunKind.Copy"/>, those that are not complete.</summary>
    public IReadOnlyList<RunCopy> Copies { get; init; } = [];

    /// <summary>Null: backups are stored in the clear.</summary>
    public RunEncryption? Encryption { get; init; }

    /// <summary>
    /// The sidecar's user was guessed: it must be the owner of the data directory, or the run ends with
    /// <see cref="ExitCode.WrongUser"/> before anything is touched.
    /// </summary>
    public bool CheckUser { get; init; }

    /// <summary>It stops the database also where pods of it may not come back as they were.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsEmergency { get; init; }

    public RunBackup? Backup { get; init; }

    public RunRestore? Restore { get; init; }

    public RunPrune? Prune { get; init; }

    public RunCatalog? Catalog { get; init; }

    /// <summary>The value of <see cref="EnvironmentVariable"/>.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Options);

    /// <exception cref="JsonException">The text is no run.</exception>
    public static RunSpec Parse(string json) => JsonSerializer.Deserialize<RunSpec>(json, Options) ?? throw new JsonException("the run is null");

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };
}

/// <summary>The database of a run, as it was found before anything was touched.</summary>
public sealed record RunTarget
{
    public required string StatefulSet { get; init; }

    public required string StatefulSetUid { get; init; }

    /// <summary>The replicas to go back to; recorded in the resource's status before the Job existed.</summary>
    public required int Replicas { get; init; }

    /// <summary>The replicas that stay while the run has the database stopped: 0, or one less than <see cref="Replicas"/>.</summary>
    public int QuiescedReplicas { get; init; }

    /// <summary>
    /// While this pod has the claim, no other can mount it (ReadWriteOncePod): MySQL is stopped when the run begins, and
    /// cannot start before this pod has ended.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool ExclusiveClaim { get; init; }

    /// <summary>The node that this pod is bound to: while it has the claim, MySQL can start nowhere else. Null where it can.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string? Node { get; init; }

    /// <summary>The container of MySQL in its pod; null where that is not known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string? Container { get; init; }

    /// <summary>
    /// The uid of a run that is over and has left its mark, because MySQL does not answer although it was scaled up. The
    /// mark of this run may take its place, in the patch that scales down; until then the guard goes on with the old one.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string? SpentMark { get; init; }

    /// <summary>Whether only the last replica stops, and must be one that may be stopped.</summary>
    [JsonIgnore]
    public bool LastReplicaOnly => QuiescedReplicas > 0;

    /// <summary>How far the pod, where it is a replica, may lag behind its source before it is stopped.</summary>
    public TimeSpan MaxReplicaLag { get; init; } = TimeSpan.FromSeconds(60);

    public required int Ordinal { get; init; }

    public required string Pod { get; init; }

    public required string Claim { get; init; }

    /// <summary>The data directory within the claim's mount at <see cref="RunPaths.Volume"/>; empty for its root.</summary>
    public string DataSubdirectory { get; init; } = "";

    /// <summary>The data directory as the server sees it, such as <c>/var/lib/mysql</c>.</summary>
    public required string ServerDataDirectory { get; init; }

    /// <summary>The name that the server's certificate must bear with <see cref="Tls"/> VerifyFull; null: the IP of the pod.</summary>
    public string? Host { get; init; }

    public int Port { get; init; } = 3306;

    /// <summary>Disabled, Preferred, Required, VerifyCa or VerifyFull.</summary>
    public string Tls { get; init; } = "Preferred";

    /// <summary>Whether <see cref="RunPaths.MySqlCredentials"/> is mounted; without, the server's greeting is the proof of life.</summary>
    public bool HasCredentials { get; init; }

    /// <summary>How long MySQL may be stopped before the run gives up and starts it.</summary>
    public required TimeSpan MaxDowntime { get; init; }

    /// <summary>How long the pods may take to stop.</summary>
    public required TimeSpan QuiesceTimeout { get; init; }

    /// <summary>How long MySQL may take to answer after the scale-up.</summary>
    public required TimeSpan ResumeTimeout { get; init; }
}

/// <summary>Where the backup lies: exactly one of the two.</summary>
public sealed record RunStorage
{
    public RunS3? S3 { get; init; }

    public RunVolume? Volume { get; init; }
}

/// <summary>A further storage of a backup; its credentials and its claim are mounted below <see cref="RunPaths.Copies"/>.</summary>
/// <param name="Index">Its place in <c>spec.copies</c>, from 0.</param>
public sealed record RunCopy(int Index, RunStorage Storage);

/// <summary>The keys that data keys are wrapped with: the files of <see cref="RunPaths.EncryptionKeys"/>, each named after its key.</summary>
/// <param name="Key">The file with the key for what is written; all files count when something is read.</param>
public sealed record RunEncryption(string Key);

public sealed record RunS3
{
    public required string Bucket { get; init; }

    /// <summary>Comes before every key; without slashes at its ends.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Null for AWS.</summary>
    public string? Endpoint { get; init; }

    public string? Region { get; init; }

    public bool ForcePathStyle { get; init; }

    /// <summary>Whether <see cref="RunPaths.StorageCredentials"/> is mounted; without, the ambient identity counts (web identity, instance role).</summary>
    public bool HasCredentials { get; init; }

    /// <summary>Whether <see cref="RunPaths.StorageCa"/> is mounted.</summary>
    public bool HasCa { get; init; }

    public bool InsecureSkipVerify { get; init; }

    public string? ServerSideEncryption { get; init; }

    public string? KmsKeyId { get; init; }

    public string? StorageClass { get; init; }

    /// <summary>Where packs go later; null: not our business.</summary>
    public IReadOnlyList<RunTier>? Tiers { get; init; }

    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>Bytes of a part.</summary>
    public long PartSize { get; init; } = 16 << 20;

    /// <summary>Parts in flight.</summary>
    public int Concurrency { get; init; } = 4;

    /// <summary>Most bytes a second that are sent; null: no limit.</summary>
    public long? BandwidthLimit { get; init; }
}

/// <summary>See <see cref="Entities.StorageTierSpec"/>.</summary>
public sealed record RunTier(int AfterDays, string StorageClass);

public sealed record RunVolume
{
    /// <summary>The claim, mounted at <see cref="RunPaths.Storage"/>.</summary>
    public required string Claim { get; init; }

    /// <summary>The folder within the claim; empty for its root.</summary>
    public string Folder { get; init; } = "";
}

public sealed record RunBackup
{
    public required string BackupId { get; init; }

    /// <summary>Full, Incremental or Differential.</summary>
    public string Type { get; init; } = "Full";

    /// <summary>The schedule that the backup belongs to, for its manifest; null where there is none.</summary>
    public string? Schedule { get; init; }

    /// <summary>Backups of the same target in the same storage that may become the parent, the best one first.</summary>
    public IReadOnlyList<RunParent> Parents { get; init; } = [];

    public bool Precopy { get; init; } = true;

    /// <summary>Null: replicas may be as far behind as they are.</summary>
    public RunLagLimit? ReplicaLag { get; init; }

    /// <summary><c>zstd</c> or <c>none</c>.</summary>
    public string Compression { get; init; } = "zstd";

    public int Level { get; init; } = 1;

    /// <summary>None, Upload or ReadBack.</summary>
    public string Verification { get; init; } = "Upload";
}

/// <summary>How far any pod may be behind its source when the backup begins.</summary>
/// <param name="Patience">How long a pod that is further behind is waited for.</param>
public sealed record RunLagLimit(TimeSpan Most, TimeSpan Patience);

/// <summary>A completed backup that an incremental one may build on.</summary>
/// <param name="Path">Its folder within the storage.</param>
/// <param name="ManifestDigest">As its resource recorded it.</param>
public sealed record RunParent(string BackupId, string Path, string ManifestDigest);

public sealed record RunRestore
{
    /// <summary>SHA-256 of the manifest as the MySqlBackup recorded it; null when the restore names only a location.</summary>
    public string? ManifestDigest { get; init; }

    /// <summary>Leave the old data in place until it is removed later; false removes it when MySQL answers.</summary>
    public bool KeepPrevious { get; init; } = true;

    /// <summary>Take blocks that the present data directory has from there instead of from the storage.</summary>
    public bool Delta { get; init; }
}
