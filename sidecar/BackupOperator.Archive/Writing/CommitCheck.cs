using BackupOperator.Archive.Encryption;
using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Storage;

namespace BackupOperator.Archive.Writing;

/// <summary>
/// The last look before a manifest is written, at everything that it names: it must not vouch for what is there no longer.
/// All that is found is for another attempt to mend.
/// </summary>
internal static class CommitCheck
{
    /// <param name="path">The backup's own folder.</param>
    /// <param name="key">Its data key, where it is encrypted.</param>
    /// <exception cref="StorageException">Something is <see cref="StorageFailure.Lost"/>.</exception>
    public static async Task RunAsync(
        IObjectStore store, string path, IReadOnlyList<ManifestPack> packs, DataKey? key, WrappingKeys? keys, CancellationToken cancellationToken)
    {
        if (await PackCheck.FindWrongAsync(store, packs, cancellationToken) is var (number, found))
        {
            throw Lost(store, path, packs[number].Path, $"{store.Describe(packs[number].Key)} {PackCheck.Explain(packs[number], found)}");
        }

        if (key is null)
        {
            return;
        }

        foreach (var folder in packs.Select(pack => pack.Path).Append(path).Distinct(StringComparer.Ordinal))
        {
            var name = ArchiveFormat.DataKeyKey(folder);
            if (await store.FindAsync(name, cancellationToken) is null)
            {
                throw Lost(store, path, folder, $"{store.Describe(name)} is missing");
            }
        }

        if (!await IsStoredAsync(store, path, key, keys, cancellationToken))
        {
            throw Lost(store, path, path, $"{store.Describe(ArchiveFormat.DataKeyKey(path))} is not the data key that this backup is encrypted with");
        }
    }

    private static async Task<bool> IsStoredAsync(IObjectStore store, string path, DataKey key, WrappingKeys? keys, CancellationToken cancellationToken)
    {
        try
        {
            return await WrappedKey.FindAsync(store, path, keys, cancellationToken) is { } stored && stored.Secret.SequenceEqual(key.Secret);
        }
        catch (EncryptionKeyException)
        {
            // Wrapped anew meanwhile, with a key that is not known here.
            return true;
        }
        catch (CorruptArchiveException)
        {
            return false;
        }
    }

    private static StorageException Lost(IObjectStore store, string path, string folder, string what) => new(
        StorageFailure.Lost,
        folder == path
            ? $"{what}, although it was stored; this is no backup yet. The next attempt stores again what is lost."
            : $"{what}; so no backup can build on {store.Describe(folder)} any more. The next attempt builds on another one, or stores everything.");
}
