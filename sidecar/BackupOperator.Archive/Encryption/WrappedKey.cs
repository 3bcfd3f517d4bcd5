using System.Text.Json;
using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Storage;

namespace BackupOperator.Archive.Encryption;

/// <summary>
/// A backup's data key as it is stored beside the manifest (<c>key.json</c>), encrypted with one of the
/// <see cref="WrappingKeys"/>. It is an object of its own, so that it can be wrapped anew while the manifest keeps its digest.
/// </summary>
/// <param name="KeyId">Which key it is wrapped with.</param>
/// <param name="Wrapped">Base64 of the sealed data key.</param>
internal sealed record WrappedKey(int Version, string BackupId, string KeyId, string Wrapped)
{
    private const int Largest = 4096;
    private const string Place = "data-key";

    public static async Task<DataKey> CreateAsync(IObjectStore store, string path, string backupId, WrappingKeys keys, CancellationToken cancellationToken)
    {
        var data = DataKey.New(backupId);
        await store.PutAsync(ArchiveFormat.DataKeyKey(path), Wrap(data, keys).ToJson(), PutMode.CreateOnly, cancellationToken);
        return data;
    }

    /// <returns>Null where there is none.</returns>
    /// <exception cref="EncryptionKeyException">None of the keys fits, or there are none.</exception>
    /// <exception cref="CorruptArchiveException">It is damaged.</exception>
    public static async Task<DataKey?> FindAsync(IObjectStore store, string path, WrappingKeys? keys, CancellationToken cancellationToken)
    {
        var name = store.Describe(ArchiveFormat.DataKeyKey(path));
        if (await store.FindAsync(ArchiveFormat.DataKeyKey(path), cancellationToken) is not { } found)
        {
            return null;
        }

        var stored = new byte[Math.Min(found.Size, Largest)];
        await store.ReadAsync(found.Key, 0, stored, cancellationToken);
        return (Parse(stored) ?? throw Damaged(name)).Unwrap(name, keys);
    }

    /// <summary>Wraps a backup's data key with the current key, whichever of the keys it was wrapped with.</summary>
    /// <returns>False where that was so already.</returns>
    public static async Task<bool> RewrapAsync(IObjectStore store, string path, WrappingKeys keys, CancellationToken cancellationToken)
    {
        var name = store.Describe(ArchiveFormat.DataKeyKey(path));
        var found = await store.FindAsync(ArchiveFormat.DataKeyKey(path), cancellationToken)
            ?? throw new StorageException(StorageFailure.NotFound, $"There is no data key at {name}: no encrypted backup lies there.");
        var stored = new byte[Math.Min(found.Size, Largest)];
        await store.ReadAsync(found.Key, 0, stored, cancellationToken);
        var wrapped = Parse(stored) ?? throw Damaged(name);
        if (wrapped.KeyId == keys.CurrentId)
        {
            return false;
        }

        await store.PutAsync(found.Key, Wrap(wrapped.Unwrap(name, keys), keys).ToJson(), PutMode.Replace, cancellationToken);
        return true;
    }

    /// <summary>Whether it looks like a key; only unwrapping proves that it is one.</summary>
    public static bool IsWellFormed(byte[] stored) => Parse(stored) is not null;

    /// <summary>Whether it looks like a key that is wrapped with the current one.</summary>
    public static bool IsCurrent(byte[] stored, WrappingKeys? keys) => Parse(stored)?.KeyId == keys?.CurrentId;

    private static WrappedKey Wrap(DataKey data, WrappingKeys keys)
    {
        using var cipher = new FrameCipher(keys.Find(keys.CurrentId)!, data.BackupId);
        var sealedKey = new byte[DataKey.Size + FrameCipher.Overhead];
        cipher.Seal(data.Secret, sealedKey, Place);
        return new WrappedKey(ArchiveFormat.Version, data.BackupId, keys.CurrentId, Convert.ToBase64String(sealedKey));
    }

    private static WrappedKey? Parse(byte[] stored)
    {
        try
        {
            // As it was written, to the letter: JSON can say the same in many ways, and a flipped bit is to be seen.
            return JsonSerializer.Deserialize<WrappedKey>(stored, ManifestJson.Options) is { Version: ArchiveFormat.Version, BackupId: not null, KeyId: not null, Wrapped: not null } key
                && key.ToJson().AsSpan().SequenceEqual(stored)
                    ? key
                    : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private DataKey Unwrap(string name, WrappingKeys? keys)
    {
        if (keys is null)
        {
            throw new EncryptionKeyException($"The backup of {name} is encrypted and no key was given. Name the Secret with key {KeyId} in spec.encryption, or its folder with --keys-dir.");
        }

        var secret = new byte[DataKey.Size];
        var sealedKey = new byte[DataKey.Size + FrameCipher.Overhead];
        if (keys.Find(KeyId) is not { } key)
        {
            throw new EncryptionKeyException($"None of the given keys is the one that {name} is encrypted with (its id is {KeyId}). Add that key to the Secret again.");
        }

        using var cipher = new FrameCipher(key, BackupId);
        return Convert.TryFromBase64String(Wrapped, sealedKey, out var length) && length == sealedKey.Length && cipher.TryOpen(sealedKey, secret, Place)
            ? new DataKey(secret, BackupId)
            : throw Damaged(name);
    }

    private byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, ManifestJson.Options);

    private static CorruptArchiveException Damaged(string name) => new($"{name} is damaged: without its data key the backup cannot be read.") { StoredAs = name };
}
