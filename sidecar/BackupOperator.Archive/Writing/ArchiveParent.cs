using BackupOperator.Archive.Encryption;
using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Storage;

namespace BackupOperator.Archive.Writing;

/// <summary>A backup that was found fit to be a parent.</summary>
/// <param name="Type">Of the backup that builds on it: Incremental or Differential.</param>
public sealed record ArchiveParent(ArchiveReader Archive, string ManifestDigest, string Type)
{
    /// <summary>Reads all of a backup's manifest and asks for every pack, also those of the backups that it builds on itself.</summary>
    /// <param name="digest">SHA-256 of the manifest as recorded elsewhere; null where nobody recorded it.</param>
    /// <param name="type">Incremental or Differential.</param>
    /// <returns>The parent, or why the backup cannot be one.</returns>
    public static async Task<(ArchiveParent? Parent, string? Reason)> TryOpenAsync(
        IObjectStore store, string path, string? digest, string type, WrappingKeys? keys, CancellationToken cancellationToken = default)
    {
        try
        {
            var archive = await ArchiveReader.OpenAsync(store, path, keys, cancellationToken);
            if (archive.Header.IsEncrypted != (keys is not null))
            {
                return (null, $"{store.Describe(path)} is {(keys is null ? "encrypted, and this backup is not" : "not encrypted, and this backup is")}");
            }

            if (type == ManifestHeader.Differential && archive.Header.Parent is not null)
            {
                return (null, $"{store.Describe(path)} is no full backup");
            }

            var summary = await archive.ReadAsync(ManifestVisitor.None, cancellationToken);
            archive.RequireDigest(summary, digest);
            await archive.CheckPacksAsync(cancellationToken);
            return (new ArchiveParent(archive, summary.ManifestDigest, type), null);
        }
        catch (Exception unfit) when (unfit is CorruptArchiveException or EncryptionKeyException || unfit is StorageException { Failure: StorageFailure.NotFound })
        {
            return (null, unfit.Message.TrimEnd('.'));
        }
    }
}
