namespace BackupOperator.Archive.Storage;

/// <summary>Finds out, before anything depends on it, whether a store takes data and gives it back.</summary>
public static class StoreProbe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PatienceWithCopies = TimeSpan.FromSeconds(10);

    /// <summary>Writes a small object below the path, reads it back and deletes it; begins an upload and aborts it.</summary>
    /// <param name="copies">Stores of copies: none may be the same place under another name. One that does not answer is none's business here.</param>
    /// <exception cref="StorageException">The store does not do what it is asked, or a copy would be none.</exception>
    public static async Task RunAsync(IObjectStore store, string path, IEnumerable<IObjectStore>? copies = null, CancellationToken cancellationToken = default)
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

            foreach (var copy in copies ?? [])
            {
                if (await HoldsAsync(copy, key, cancellationToken))
                {
                    throw new StorageException(
                        StorageFailure.Refused,
                        $"{copy.Describe(path)} is the same place as {store.Describe(path)} under another name: a copy there is none. Name another bucket, prefix, claim or folder in spec.copies.");
                }
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

    private static async Task<bool> HoldsAsync(IObjectStore copy, string key, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(PatienceWithCopies);
        try
        {
            return await copy.FindAsync(key, limit.Token) is not null;
        }
        catch (Exception unknown) when (unknown is StorageException || !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
