using BackupOperator.Archive.Encryption;
using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Storage;
using BackupOperator.Archive.Storage.S3;
using BackupOperator.Archive.Storage.Volumes;
using BackupOperator.Archive.Writing;
using BackupOperator.Sidecar.Reporting;
using BackupOperator.Sidecar.Runs;

namespace BackupOperator.Sidecar.Archives;

/// <summary>Opens the storage that a <see cref="RunSpec"/> describes.</summary>
public sealed class RunArchives(RunSpec run, RunSettings settings, TimeProvider time) : IArchiveFactory
{
    public IBackupArchive CreateArchive(string dataDirectory, IProgressSink progress)
    {
        var backup = run.Backup!;
        var options = new ArchiveWriterOptions
        {
            BackupId = backup.BackupId,
            SourceDirectory = dataDirectory,
            ServerDataDirectory = run.Target.ServerDataDirectory,
            CompressionLevel = string.Equals(backup.Compression, "none", StringComparison.OrdinalIgnoreCase) ? null : backup.Level,
            Keys = LoadKeys(run.Encryption?.Key),
            Time = time,
        };
        var facts = new ManifestFacts
        {
            Namespace = run.Namespace,
            StatefulSet = run.Target.StatefulSet,
            Pod = run.Target.Pod,
            Claim = run.Target.Claim,
            DataDirectory = run.Target.ServerDataDirectory,
        };
        return new StoredArchive(OpenStore(create: true), run.Path, options, facts, progress, time) { Type = backup.Type, Parents = backup.Parents };
    }

    public IBackupSource CreateSource(string folder, string dataDirectory, IProgressSink progress) =>
        new StoredSource(OpenStore(create: false), run.Path, folder, run.Restore!.Delta ? dataDirectory : null, LoadKeys(null), progress, time);

    // What is only read may be encrypted with any of the keys: the one of today may be younger than the backup.
    private WrappingKeys? LoadKeys(string? current) => run.Encryption is null ? null : WrappingKeys.Load(settings.EncryptionKeys, current);

    private IObjectStore OpenStore(bool create) => run.Storage switch
    {
        { S3: { } s3 } => new S3ObjectStore(new S3StoreOptions
        {
            Bucket = s3.Bucket,
            Prefix = s3.Prefix,
            Endpoint = s3.Endpoint,
            Region = s3.Region,
            ForcePathStyle = s3.ForcePathStyle,
            CredentialsFolder = s3.HasCredentials ? settings.StorageCredentials : null,
            CaFile = s3.HasCa ? Path.Combine(settings.StorageCa, "ca.crt") : null,
            InsecureSkipVerify = s3.InsecureSkipVerify,
            ServerSideEncryption = s3.ServerSideEncryption,
            KmsKeyId = s3.KmsKeyId,
            StorageClass = s3.StorageClass,
            Tags = s3.Tags ?? new Dictionary<string, string>(StringComparer.Ordinal),
            PartSize = (int)Math.Clamp(s3.PartSize, 5L << 20, 1L << 30),
            Concurrency = s3.Concurrency,
            BandwidthLimit = s3.BandwidthLimit,
        }),
        { Volume: { } volume } => OpenVolume(volume, create),
        _ => throw new RunException(FailureReason.InvalidSpec, ExitCode.Usage, "The run names neither an S3 bucket nor a claim to store backups in."),
    };

    private VolumeObjectStore OpenVolume(RunVolume volume, bool create)
    {
        var folder = Path.GetFullPath(Path.Combine(settings.Storage, volume.Folder));
        if (folder != settings.Storage && !folder.StartsWith(settings.Storage + "/", StringComparison.Ordinal))
        {
            throw new RunException(FailureReason.InvalidSpec, ExitCode.Usage, $"The folder '{volume.Folder}' leads out of claim {volume.Claim}.");
        }

        // Only below the mount: without it the backup would land in the container and vanish with it.
        if (create && Directory.Exists(settings.Storage))
        {
            Directory.CreateDirectory(folder);
        }

        return new VolumeObjectStore(folder);
    }
}
