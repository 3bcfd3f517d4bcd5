namespace BackupOperator.Archive.Storage;

/// <summary>Finds out, before anything depends on it, whether a store takes data and gives it back.</summary>
public static class StoreProbe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Writes a small object below the path, reads it back and deletes it; begins an upload and aborts it.</summary>
    /// <exception cref="StorageException">The store does not do what it is asked.</exception>
    public static async Task RunAsync(IObjectStore store, string path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var key = $"{path}/probe-{Guid.NewGuid():N}";
        var content = System.Security.Cryptography.RandomNumberGenerator.GetBytes(4096);
        await store.PutAsync(key, content, PutMode.Replace, cancellationToken);
        try
        {
            var back = new byte[content.Length];
            await store.ReadAsync(key, 0, back, cancellationToken);
            if (!back.AsSpan().SequenceEqual(content))
            {
                throw new StorageException(StorageFailure.Refused, $"{store.Describe(key)} came back changed; the store cannot be trusted.");
            }
        }
        finally
        {
            // Also of a probe that was interrupted; not for ever.
            using var limit = new CancellationTokenSource(Patience);
            await store.DeleteAsync(key, limit.Token);
        }

        // What packs need beyond that. A store that cannot list its uploads could not resume one.
        var pack = $"{path}/probe-{Guid.NewGuid():N}";
        var upload = await store.BeginUploadAsync(pack, cancellationToken);
        try
        {
            await store.ListPartsAsync(pack, upload, cancellationToken);
        }
        finally
        {
            using var limit = new CancellationTokenSource(Patience);
            await store.AbortUploadAsync(pack, upload, limit.Token);
        }
    }
}
