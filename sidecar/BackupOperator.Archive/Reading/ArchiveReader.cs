using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Storage;
using BackupOperator.Archive.Writing;

namespace BackupOperator.Archive.Reading;

/// <summary>A backup in a store, as its manifest tells.</summary>
public sealed class ArchiveReader
{
    private readonly ObjectInfo _manifest;

    private ArchiveReader(IObjectStore store, string path, ObjectInfo manifest, ManifestHeader header, IReadOnlyList<ManifestPack> packs)
    {
        Store = store;
        Path = path;
        _manifest = manifest;
        Header = header;
        Packs = packs;
    }

    public IObjectStore Store { get; }

    public string Path { get; }

    public ManifestHeader Header { get; }

    public IReadOnlyList<ManifestPack> Packs { get; }

    public long StoredBytes => Packs.Where(pack => pack.Path == Path).Sum(pack => pack.Size);

    /// <summary>Reads the beginning of the manifest.</summary>
    /// <exception cref="StorageException">There is no backup.</exception>
    /// <exception cref="CorruptArchiveException">The manifest is damaged.</exception>
    public static async Task<ArchiveReader> OpenAsync(IObjectStore store, string path, CancellationToken cancellationToken = default)
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
                using var reader = new ManifestReader(stream, store.Describe(key));
                return new ArchiveReader(store, path, manifest, reader.Header, reader.Packs);
            },
            cancellationToken);
    }

    /// <summary>Reads the whole manifest.</summary>
    public static async Task<ArchiveSummary> SummarizeAsync(IObjectStore store, string path, CancellationToken cancellationToken = default)
    {
        var reader = await OpenAsync(store, path, cancellationToken);
        return await reader.ReadAsync(static _ => { }, cancellationToken);
    }

    /// <summary>Reads the whole manifest and hands out its entries; it blocks the thread that it runs on, which is one of the pool.</summary>
    public Task<ArchiveSummary> ReadAsync(Action<ManifestEntry> take, CancellationToken cancellationToken = default) => Task.Run(
        () =>
        {
            var key = ArchiveFormat.ManifestKey(Path);
            using var stream = new ObjectReadStream(Store, key, _manifest.Size, cancellationToken);
            using var reader = new ManifestReader(stream, Store.Describe(key));
            foreach (var entry in reader.ReadEntries())
            {
                cancellationToken.ThrowIfCancellationRequested();
                take(entry);
            }

            return new ArchiveSummary
            {
                BackupId = Header.BackupId,
                ManifestDigest = stream.Digest(),
                Header = Header,
                Totals = reader.Totals!,
                StoredBytes = StoredBytes,
            };
        },
        cancellationToken);

    /// <summary>Asks the store for every pack.</summary>
    /// <exception cref="CorruptArchiveException">One is missing or not as long as it was.</exception>
    public async Task CheckPacksAsync(CancellationToken cancellationToken = default)
    {
        foreach (var pack in Packs)
        {
            var found = await Store.FindAsync(pack.Key, cancellationToken);
            if (found?.Size != pack.Size)
            {
                throw new CorruptArchiveException(
                    found is null
                        ? $"{Store.Describe(pack.Key)} is missing; the backup cannot be restored."
                        : $"{Store.Describe(pack.Key)} has {found.Size} bytes and should have {pack.Size}; the backup cannot be restored.")
                {
                    StoredAs = Store.Describe(pack.Key),
                };
            }
        }
    }
}
