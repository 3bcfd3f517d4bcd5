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

    /// <summary>As the beginning of the manifest says; only reading all of it proves it.</summary>
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
        return await reader.ReadAsync(ManifestVisitor.None, cancellationToken);
    }

    /// <summary>
    /// Reads the whole manifest and hands out its entries, before it is known that the manifest is whole. The visitor is
    /// called on a thread of the pool, and may block it.
    /// </summary>
    public Task<ArchiveSummary> ReadAsync(ManifestVisitor visitor, CancellationToken cancellationToken = default) => Task.Run(
        () =>
        {
            var key = ArchiveFormat.ManifestKey(Path);
            var name = Store.Describe(key);
            using var stream = new ObjectReadStream(Store, key, _manifest.Size, cancellationToken);
            using var reader = new ManifestReader(stream, name);

            // Blocks refer to packs by their places in this very list.
            if (!reader.Packs.SequenceEqual(Packs))
            {
                throw new CorruptArchiveException($"{name} has changed since it was opened.") { StoredAs = name };
            }

            reader.ReadEntries(visitor, cancellationToken);
            return ArchiveSummary.Of(reader.Header, stream.Digest());
        },
        cancellationToken);

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
