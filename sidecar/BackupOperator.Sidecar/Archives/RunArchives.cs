using System.Globalization;
using BackupOperator.Archive.Encryption;
using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Storage;
using BackupOperator.Archive.Storage.S3;
using BackupOperator.Archive.Storage.Volumes;
using BackupOperator.Archive.Writing;
using BackupOperator.Sidecar.Reporting;
using BackupOperator.Sidecar.Runs;
using Microsoft.Extensions.Logging;

namespace BackupOperator.Sidecar.Archives;

/// <summary>Opens the storage that a <see cref="RunSpec"/> describes.</summary>
public sealed class RunArchives(RunSpec run, RunSettings settings, TimeProvider time, ILoggerFactory? loggers = null) : IArchiveFactory
{
    public IBackupArchive CreateArchive(string dataDirectory, IProgressSink progress)
    {
        var backup = run.Backup!;
        var store = OpenStore(Mounts.OfFirst(settings), run.Storage, create: true);
        var copies = OpenCopies(store.PartSize);
        var keys = LoadKeys(run.Encryption?.Key);
        var options = new ArchiveWriterOptions
        {
            BackupId = backup.BackupId,
            SourceDirectory = dataDirectory,
            ServerDataDirectory = run.Target.ServerDataDirectory,
            CompressionLevel = string.Equals(backup.Compression, "none", StringComparison.OrdinalIgnoreCase) ? null : backup.Level,
            Keys = keys,
            Mirrors = [.. copies.Select(copy => copy.Store).OfType<IObjectStore>()],
            Time = time,
        };
        var facts = new ManifestFacts
        {
            Namespace = run.Namespace,
            StatefulSet = run.Target.StatefulSet,
            StatefulSetUid = run.Target.StatefulSetUid,
            Resource = run.Name,
            Schedule = backup.Schedule,
            Pod = run.Target.Pod,
            Claim = run.Target.Claim,
            DataDirectory = run.Target.ServerDataDirectory,
        };
        return new StoredArchive(store, run.Path, options, facts, progress, time, loggers?.CreateLogger<StoredArchive>())
        {
            Type = backup.Type,
            Parents = backup.Parents,
            Copies = copies.Count == 0 ? null : new BackupCopies(store, run.Path, copies, keys, progress, time, loggers?.CreateLogger<BackupCopies>()) { OwnsFirst = false },
        };
    }

    public IBackupSource CreateSource(string folder, string dataDirectory, IProgressSink progress) =>
        new StoredSource(OpenStore(Mounts.OfFirst(settings), run.Storage, create: false), run.Path, folder, run.Restore!.Delta ? dataDirectory : null, LoadKeys(null), progress, time);

    public IBackupCopies CreateCopies(IProgressSink progress)
    {
        var from = OpenStore(Mounts.OfFirst(settings), run.Storage, create: false);
        return new BackupCopies(from, run.Path, OpenCopies(from.PartSize), TryLoadKeys(), progress, time, loggers?.CreateLogger<BackupCopies>());
    }

    public IObjectStore? OpenFirst() =>
        run.Storage.Volume is { } volume && IsMissing(settings.Storage, volume.Folder) ? null : OpenStore(Mounts.OfFirst(settings), run.Storage, create: false);

    // Looked for from above: to one that may not be looked into, all folders are missing.
    private static bool IsMissing(string mount, string folder)
    {
        if (!Directory.Exists(mount))
        {
            return false;
        }

        var at = mount;
        foreach (var name in folder.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            at = Path.Combine(at, name);
            if (!Directory.EnumerateDirectories(Path.GetDirectoryName(at)!).Contains(at, StringComparer.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    public IReadOnlyList<CopyTarget> OpenAll() =>
    [
        TryOpen(-1, run.Storage, () => OpenStore(Mounts.OfFirst(settings), run.Storage, create: false)),
        .. run.Copies.Select(copy => TryOpen(copy.Index, copy.Storage, () => OpenStore(Mounts.OfCopy(settings, copy.Index), copy.Storage, create: false))),
    ];

    // With the parts of the first storage, packs have the same tags everywhere.
    private List<CopyTarget> OpenCopies(int partSize) =>
        [.. run.Copies.Select(copy => TryOpen(copy.Index, copy.Storage, () => OpenStore(Mounts.OfCopy(settings, copy.Index), copy.Storage, create: true, partSize)))];

    private CopyTarget TryOpen(int index, RunStorage storage, Func<IObjectStore> open)
    {
        var location = Location(storage);
        try
        {
            return new CopyTarget(index, location, open());
        }
        catch (Exception problem)
        {
            // The backup does not fail because of a copy.
            return new CopyTarget(index, location, null, $"{location}: {FailureClassifier.Classify(problem).Message}");
        }
    }

    private string Location(RunStorage storage) => storage switch
    {
        { S3: { } s3 } => "s3://" + string.Join('/', new[] { s3.Bucket, s3.Prefix, run.Path }.Where(part => part.Length > 0)),
        { Volume: { } volume } => $"{volume.Claim}:/{string.Join('/', new[] { volume.Folder, run.Path }.Where(part => part.Length > 0))}",
        _ => run.Path,
    };

    // Copying works without; only what was wrapped anew is not known again.
    private WrappingKeys? TryLoadKeys()
    {
        try
        {
            return LoadKeys(null);
        }
        catch (EncryptionKeyException)
        {
            return null;
        }
    }

    // What is only read may be encrypted with any of the keys: the one of today may be younger than the backup.
    private WrappingKeys? LoadKeys(string? current) => run.Encryption is null ? null : WrappingKeys.Load(settings.EncryptionKeys, current);

    private static IObjectStore OpenStore(Mounts mounts, RunStorage storage, bool create, int? partSize = null) => storage switch
    {
        { S3: { } s3 } => new S3ObjectStore(new S3StoreOptions
        {
            Bucket = s3.Bucket,
            Prefix = s3.Prefix,
            Endpoint = s3.Endpoint,
            Region = s3.Region,
            ForcePathStyle = s3.ForcePathStyle,
            CredentialsFolder = s3.HasCredentials ? mounts.Credentials : null,
            CaFile = s3.HasCa ? Path.Combine(mounts.Ca, "ca.crt") : null,
            InsecureSkipVerify = s3.InsecureSkipVerify,
            ServerSideEncryption = s3.ServerSideEncryption,
            KmsKeyId = s3.KmsKeyId,
            StorageClass = s3.StorageClass,
            Tiers = s3.Tiers is null ? null : [.. s3.Tiers.Select(tier => new StorageTier(tier.AfterDays, tier.StorageClass))],
            Tags = s3.Tags ?? new Dictionary<string, string>(StringComparer.Ordinal),
            PartSize = (int)Math.Clamp(partSize ?? s3.PartSize, 5L << 20, 1L << 30),
            Concurrency = s3.Concurrency,
            BandwidthLimit = s3.BandwidthLimit,
        }),
        { Volume: { } volume } => OpenVolume(mounts.Volume, volume, create, partSize),
        _ => throw new RunException(FailureReason.InvalidSpec, ExitCode.Usage, "The run names neither an S3 bucket nor a claim to store backups in."),
    };

    private static VolumeObjectStore OpenVolume(string mount, RunVolume volume, bool create, int? partSize)
    {
        var folder = Path.GetFullPath(Path.Combine(mount, volume.Folder));
        if (folder != mount && !folder.StartsWith(mount + "/", StringComparison.Ordinal))
        {
            throw new RunException(FailureReason.InvalidSpec, ExitCode.Usage, $"The folder '{volume.Folder}' leads out of claim {volume.Claim}.");
        }

        // Only below the mount: without it the backup would land in the container and vanish with it.
        if (create && Directory.Exists(mount))
        {
            Directory.CreateDirectory(folder);
        }

        return partSize is { } size ? new VolumeObjectStore(folder, size) : new VolumeObjectStore(folder);
    }

    /// <summary>Where the pod has what belongs to a storage.</summary>
    private sealed record Mounts(string Volume, string Credentials, string Ca)
    {
        public static Mounts OfFirst(RunSettings settings) => new(settings.Storage, settings.StorageCredentials, settings.StorageCa);

        public static Mounts OfCopy(RunSettings settings, int index)
        {
            var folder = Path.Combine(settings.Copies, index.ToString(CultureInfo.InvariantCulture));
            return new(Path.Combine(folder, "volume"), Path.Combine(folder, "credentials"), Path.Combine(folder, "ca"));
        }
    }
}
