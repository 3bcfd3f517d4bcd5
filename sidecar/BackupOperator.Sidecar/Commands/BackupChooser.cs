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
                return (store, path.Trim('/'));
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

    private static async Task<(IObjectStore Store, string Path)?> OpenItselfAsync(StorageLocation location, CancellationToken cancellationToken)
    {
        if (location.Parent is not { } above)
        {
            return null;
        }

        var store = above.Parent.Open();
        if (await store.FindAsync(ArchiveFormat.ManifestKey(above.Name), cancellationToken) is not null)
        {
            return (store, above.Name);
        }

        await store.DisposeAsync();
        return null;
    }
}
