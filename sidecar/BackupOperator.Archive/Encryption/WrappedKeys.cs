using BackupOperator.Archive.Storage;

namespace BackupOperator.Archive.Encryption;

/// <summary>Key rotation.</summary>
public static class WrappedKeys
{
    /// <summary>Wraps a backup's data key with the current key, whichever of the keys it was wrapped with. Blocks and manifest stay as they are.</summary>
    /// <returns>False where that was so already.</returns>
    /// <exception cref="EncryptionKeyException">The key that it is wrapped with is not among the keys.</exception>
    public static Task<bool> RewrapAsync(IObjectStore store, string path, WrappingKeys keys, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(keys);
        return WrappedKey.RewrapAsync(store, path, keys, cancellationToken);
    }
}
