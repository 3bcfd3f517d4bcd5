using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Storage;

namespace BackupOperator.Archive.Writing;

/// <summary>Removes what lies below a backup's path and is of no use.</summary>
internal static class Leftovers
{
    private static readonly TimeSpan TidyingLimit = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Removes what was only for resuming, and packs of which the last pass took nothing. What the store does not let go
    /// of stays: it harms nobody.
    /// </summary>
    /// <param name="packs">Those of the manifest, which is in the store.</param>
    public static async Task TidyAsync(IObjectStore store, string path, IReadOnlyList<ManifestPack> packs)
    {
        using var limit = new CancellationTokenSource(TidyingLimit);
        var used = packs.Where(pack => pack.Path == path).SelectMany(pack => new[] { pack.Key, ArchiveFormat.TableKey(path, pack.Number) }).ToHashSet(StringComparer.Ordinal);
        try
        {
            await foreach (var found in store.ListAsync($"{path}/packs/", limit.Token))
            {
                if (!used.Contains(found.Key))
                {
                    await store.DeleteAsync(found.Key, limit.Token);
                }
            }

            await AbortUploadsAsync(store, path, limit.Token);
            await store.DeleteAsync(ArchiveFormat.TokenKey(path), limit.Token);
        }
        catch (Exception error) when (error is StorageException or OperationCanceledException)
        {
        }
    }

    /// <summary>Removes everything that was stored of a backup that is not to be; a finished one stays.</summary>
    /// <returns>False where it is a finished one.</returns>
    public static async Task<bool> RemoveUnfinishedAsync(IObjectStore store, string path, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(ArchiveFormat.ManifestKey(path), cancellationToken) is not null)
        {
            return false;
        }

        await AbortUploadsAsync(store, path, cancellationToken);
        await foreach (var found in store.ListAsync($"{path}/packs/", cancellationToken))
        {
            await store.DeleteAsync(found.Key, cancellationToken);
        }

        await store.DeleteAsync(ArchiveFormat.TokenKey(path), cancellationToken);
        await store.DeleteAsync(ArchiveFormat.DataKeyKey(path), cancellationToken);
        return true;
    }

    public static async Task AbortUploadsAsync(IObjectStore store, string path, CancellationToken cancellationToken)
    {
        await foreach (var upload in store.ListUploadsAsync($"{path}/", cancellationToken))
        {
            await store.AbortUploadAsync(upload.Key, upload.UploadId, cancellationToken);
        }
    }
}
