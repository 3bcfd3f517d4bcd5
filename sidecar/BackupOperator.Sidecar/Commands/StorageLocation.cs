using BackupOperator.Archive.Storage;
using BackupOperator.Archive.Storage.S3;
using BackupOperator.Archive.Storage.Volumes;

namespace BackupOperator.Sidecar.Commands;

/// <summary>Where backups lie: a folder, or a bucket with a prefix.</summary>
/// <param name="Folder">Null for S3.</param>
/// <param name="S3">Null for a folder.</param>
internal sealed record StorageLocation(string? Folder, S3StoreOptions? S3)
{
    private const string Scheme = "s3://";

    /// <param name="text">A folder, or <c>s3://bucket/prefix</c>.</param>
    /// <param name="s3">Everything about S3 but bucket and prefix.</param>
    /// <exception cref="RunException">It is neither.</exception>
    public static StorageLocation Parse(string text, S3StoreOptions s3)
    {
        if (!text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return text.Contains("://", StringComparison.Ordinal)
                ? throw new RunException(FailureReason.InvalidSpec, ExitCode.Usage, $"'{text}' is no place for backups: name a folder, or s3://BUCKET/PREFIX.")
                : new StorageLocation(Path.GetFullPath(text), null);
        }

        var parts = text[Scheme.Length..].Split('/', 2);
        return parts[0].Length == 0
            ? throw new RunException(FailureReason.InvalidSpec, ExitCode.Usage, $"'{text}' names no bucket: it should look like s3://BUCKET/PREFIX.")
            : new StorageLocation(null, s3 with { Bucket = parts[0], Prefix = parts.Length > 1 ? parts[1].Trim('/') : "" });
    }

    /// <summary>The place above this one, and the name of this one in it; null where there is none above.</summary>
    public (StorageLocation Parent, string Name)? Parent
    {
        get
        {
            var full = Folder ?? S3!.Prefix;
            var slash = full.LastIndexOf('/');
            var name = full[(slash + 1)..];
            if (name.Length == 0)
            {
                return null;
            }

            var above = slash > 0 ? full[..slash] : Folder is null ? "" : "/";
            return (Folder is null ? this with { S3 = S3! with { Prefix = above } } : this with { Folder = above }, name);
        }
    }

    /// <param name="create">Whether a folder that is missing is made.</param>
    /// <exception cref="StorageException">There is no such folder.</exception>
    public IObjectStore Open(bool create = false)
    {
        if (S3 is not null)
        {
            return new S3ObjectStore(S3);
        }

        if (create)
        {
            Directory.CreateDirectory(Folder!);
        }

        return new VolumeObjectStore(Folder!);
    }

    public override string ToString() => Folder ?? $"{Scheme}{S3!.Bucket}/{S3.Prefix}";
}
