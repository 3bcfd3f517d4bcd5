using BackupOperator.Archive.Encryption;
using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Storage;
using BackupOperator.Archive.Writing;

namespace BackupOperator.Archive.Reading;

/// <summary>A backup in a store, as its manifest tells.</summary>
public sealed class ArchiveReader
{
    private readonly ObjectInfo _manifest;
    private readonly WrappingKeys? _wrapping;
    private Dictionary<string, DataKey>? _keys;

    private ArchiveReader(IObjectStore store, string path, ObjectInfo manifest, ManifestHeader header, IReadOnlyList<ManifestPack> packs, WrappingKeys? wrapping)
    {
        _wrapping = wrapping;
        Store = store;
        Path = path;
        _manifest = manifest;
        Header = header;
        Packs = packs;
    }

    public IObjectStore Store { get; }

    public string Path { get; }

    /// <summary>As the beginning of the manifest says; only reading all of it proves it.</summary>
    public ManifestHeader Header { get; }

    public IReadOnlyList<ManifestPack> Packs { get; }

    public long StoredBytes => Packs.Where(pack => pack.Path == Path).Sum(pack => pack.Size);

    /// <summary>Reads the beginning of the manifest.</summary>
    /// <param name="keys">The keys of encrypted backups; without, only the beginning of such a manifest can be read.</param>
    /// <exception cref="StorageException">There is no backup.</exception>
    /// <exception cref="CorruptArchiveException">The manifest is damaged.</exception>
    public static async Task<ArchiveReader> OpenAsync(IObjectStore store, string path, WrappingKeys? keys = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var key = ArchiveFormat.ManifestKey(path);
        if (await store.FindAsync(key, cancellationToken) is not { } manifest)
        {
            throw new StorageException(
                StorageFailure.NotFound, $"There is no backup at {store.Describe(path)}: it has no manifest. Check the path; an unfinished backup has none.");
        }

        return await Task.Run(
            () =>
            {
                using var stream = new ObjectReadStream(store, key, manifest.Size, cancellationToken);
                using var reader = new ManifestReader(stream, path, store.Describe(key));
                return new ArchiveReader(store, path, manifest, reader.Header, reader.Packs, keys);
            },
            cancellationToken);
    }

    /// <summary>Reads the whole manifest.</summary>
    public static async Task<ArchiveSummary> SummarizeAsync(IObjectStore store, string path, WrappingKeys? keys = null, CancellationToken cancellationToken = default)
    {
        var reader = await OpenAsync(store, path, keys, cancellationToken);
        return await reader.ReadAsync(ManifestVisitor.None, cancellationToken);
    }

    /// <summary>
    /// Reads the whole manifest and hands out its entries, before it is known that the manifest is whole. The visitor is
    /// called on a thread of the pool, and may block it.
    /// </summary>
    /// <exception cref="EncryptionKeyException">It is encrypted, and no key was given that fits.</exception>
    public async Task<ArchiveSummary> ReadAsync(ManifestVisitor visitor, CancellationToken cancellationToken = default)
    {
        await UnlockAsync(cancellationToken);
        return await Task.Run(() => Read(visitor, cancellationToken), cancellationToken);
    }

    /// <summary>The key of the backup that a pack belongs to; null where nothing is encrypted. Known when the manifest has been read.</summary>
    internal DataKey? KeyOf(ManifestPack pack) => Header.IsEncrypted ? _keys![pack.Path] : null;

    // Each backup has a key of its own, and blocks may lie in those of its ancestors.
    private async Task UnlockAsync(CancellationToken cancellationToken)
    {
        if (!Header.IsEncrypted || _keys is not null)
        {
            return;
        }

        var keys = new Dictionary<string, DataKey>(StringComparer.Ordinal);
        foreach (var path in Packs.Select(pack => pack.Path).Append(Path).Distinct(StringComparer.Ordinal))
        {
            keys[path] = await WrappedKey.FindAsync(Store, path, _wrapping, cancellationToken)
                ?? throw new CorruptArchiveException($"{Store.Describe(ArchiveFormat.DataKeyKey(path))} is missing: without its data key the backup cannot be read.")
                {
                    StoredAs = Store.Describe(ArchiveFormat.DataKeyKey(path)),
                };
        }

        _keys = keys;
    }

    private ArchiveSummary Read(ManifestVisitor visitor, CancellationToken cancellationToken)
    {
        var key = ArchiveFormat.ManifestKey(Path);
        var name = Store.Describe(key);
        using var stream = new ObjectReadStream(Store, key, _manifest.Size, cancellationToken);
        using var reader = new ManifestReader(stream, Path, name);

        // Blocks refer to packs by their places in this very list.
        if (!reader.Packs.SequenceEqual(Packs) || reader.Header.IsEncrypted != Header.IsEncrypted)
        {
            throw new CorruptArchiveException($"{name} has changed since it was opened.") { StoredAs = name };
        }

        reader.ReadEntries(visitor, _keys?[Path], cancellationToken);
        return ArchiveSummary.Of(reader.Header, stream.Digest());
    }

    /// <summary>Compares the manifest with what somebody recorded of it.</summary>
    /// <exception cref="CorruptArchiveException">It is another one.</exception>
    internal void RequireDigest(ArchiveSummary summary, string? recorded)
    {
        if (recorded is not null && recorded != summary.ManifestDigest)
        {
            var name = Store.Describe(ArchiveFormat.ManifestKey(Path));
            throw new CorruptArchiveException($"{name} is not the manifest that was recorded: it is {summary.ManifestDigest} instead of {recorded}.") { StoredAs = name };
        }
    }

    /// <summary>Asks the store for every pack.</summary>
    /// <exception cref="CorruptArchiveException">One is missing, or not what was written; it names the first block that is lost.</exception>
    public Task CheckPacksAsync(CancellationToken cancellationToken = default) => PackCheck.RunAsync(this, cancellationToken);
}
