using BackupOperator.Archive.Encryption;
using BackupOperator.Archive.Storage;

namespace BackupOperator.Archive.Packs;

/// <summary>Looks whether the token in the store, which this attempt has written, is still its own.</summary>
internal sealed class TokenOwner(IObjectStore store, string path, DataKey? key, Attempt attempt)
{
    private const int Looks = 3;

    public IReadOnlyList<string> Ids => attempt.Ids;

    /// <param name="known">The tag of a token that is certainly this attempt's, for which none needs to be read.</param>
    public async Task<bool> IsTakenOverAsync(string? known, CancellationToken cancellationToken)
    {
        for (var look = 1; look <= Looks; look++)
        {
            // This attempt has written one: it goes when another attempt has finished the backup, or has cleared it away.
            if (await store.FindAsync(ArchiveFormat.TokenKey(path), cancellationToken) is not { } found)
            {
                return true;
            }

            if (known is not null && found.ETag == known)
            {
                return false;
            }

            try
            {
                if (await CompressedJson.ReadAsync<ResumeToken>(store, ArchiveFormat.TokenKey(path), key, cancellationToken) is { } token)
                {
                    return attempt.IsTakenOver(token);
                }
            }
            catch (StorageException error) when (error.Failure == StorageFailure.NotFound)
            {
                // Replaced by a shorter one at this very moment.
            }
        }

        // This attempt has not written that.
        return true;
    }

    /// <exception cref="StorageException">It is <see cref="StorageFailure.TakenOver"/>.</exception>
    public async Task RequireAsync(string? known, CancellationToken cancellationToken)
    {
        if (await IsTakenOverAsync(known, cancellationToken))
        {
            throw new StorageException(
                StorageFailure.TakenOver, $"Another attempt at the same backup has taken over {store.Describe(path)}; this one ends and leaves everything to it.");
        }
    }
}
