using BackupOperator.Archive;
using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Storage;

namespace BackupOperator.Sidecar.Commands;

/// <summary>Finds the backup that a command is about.</summary>
internal static class BackupChooser
{
    private const int Shown = 10;

    /// <param name="path">The backup's folder; null to take the only one there is, or the place itself where it is a backup.</param>
    /// <returns>The store, which the caller disposes, and the path in it.</returns>
    /// <exception cref="RunException">There is none, or more than one.</exception>
    public static async Task<(IObjectStore Store, string Path)> ChooseAsync(StorageLocation location, string? path, CancellationToken cancellationToken)
    {
        var store = location.Open();
        try
        {
            if (path is not null)
            {
                return (store, BackupPath.Check(path));
            }

            var found = new List<string>();
            await foreach (var entry in ArchiveCatalog.ListAsync(store, "", cancellationToken))
            {
                if (entry.Archive is not null)
                {
                    found.Add(entry.Path);
                }
            }

            if (found is [var only])
            {
                return (store, only);
            }

            if (found.Count > 1)
            {
                throw new RunException(
                    FailureReason.InvalidSpec,
                    ExitCode.Usage,
                    $"There are {found.Count} backups at {location}; name one with --path: {string.Join(", ", found.TakeLast(Shown))}{(found.Count > Shown ? ", …" : "")}");
            }
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }

        await store.DisposeAsync();
        return await OpenItselfAsync(location, cancellationToken)
            ?? throw new RunException(FailureReason.BackupNotFound, ExitCode.NotFound, $"There is no backup at {location}. Check the place, or name the backup with --path.");
    }

    // The place is the backup itself. Its manifest names packs from where the storage began, so the way up ends there.
    private static async Task<(IObjectStore Store, string Path)?> OpenItselfAsync(StorageLocation location, CancellationToken cancellationToken)
    {
        var path = "";
        for (var above = location.Parent; above is { } step; above = step.Parent.Parent)
        {
            path = path.Length == 0 ? step.Name : $"{step.Name}/{path}";
            var store = step.Parent.Open();
            if (await store.FindAsync(ArchiveFormat.ManifestKey(path), cancellationToken) is null)
            {
                await store.DisposeAsync();
                return null;
            }

            var archive = await ArchiveReader.OpenAsync(store, path, null, cancellationToken);
            if (archive.Packs.Count == 0 || archive.Packs.Any(pack => pack.Path == path))
            {
                return (store, path);
            }

            await store.DisposeAsync();
        }

        return null;
    }
}
