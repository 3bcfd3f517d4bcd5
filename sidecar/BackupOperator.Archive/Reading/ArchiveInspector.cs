using System.Security.Cryptography;
using BackupOperator.Archive.Compression;
using BackupOperator.Archive.Copying;
using BackupOperator.Archive.Storage;

namespace BackupOperator.Archive.Reading;

/// <summary>
/// Finds out, without any key, whether a backup is there: its manifest whole, by its seal, and every pack that it names, its
/// own and its ancestors', of the right size. What is in the packs is a verification's to read.
/// </summary>
public static class ArchiveInspector
{
    private const int AtOnce = 8;

    /// <returns>The manifest's digest.</returns>
    /// <exception cref="CorruptArchiveException">It cannot be restored.</exception>
    public static async Task<string> InspectAsync(ArchiveReader archive, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(archive);
        var digest = await DigestAsync(archive, cancellationToken);
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(archive.Packs, options, async (pack, token) =>
        {
            var found = await archive.Store.FindAsync(pack.Key, token);
            if (found?.Size != pack.Size && !(PackCheck.MayBeWhole(pack, found) && await PackTransfer.IsWholeAsync(archive.Store, pack, token)))
            {
                throw Broken(archive, pack.Key, found is null ? "is missing" : $"has {found.Size} bytes and should have {pack.Size}");
            }
        });
        if (archive.Header.IsEncrypted)
        {
            foreach (var path in archive.Packs.Select(pack => pack.Path).Append(archive.Path).Distinct(StringComparer.Ordinal))
            {
                _ = await archive.Store.FindAsync(ArchiveFormat.DataKeyKey(path), cancellationToken) ?? throw Broken(archive, ArchiveFormat.DataKeyKey(path), "is missing");
            }
        }

        return digest;
    }

    private static async Task<string> DigestAsync(ArchiveReader archive, CancellationToken cancellationToken)
    {
        var (store, key) = (archive.Store, ArchiveFormat.ManifestKey(archive.Path));
        var manifest = await store.FindAsync(key, cancellationToken) ?? throw new StorageException(StorageFailure.NotFound, $"{store.Describe(key)} has just gone.");
        return await Task.Run(
            () =>
            {
                using var stream = new ObjectReadStream(store, key, manifest.Size, cancellationToken);
                return HasSeal(stream, manifest.Size) ? stream.Digest() : throw Broken(archive, key, "is damaged: its seal is not that of its bytes");
            },
            cancellationToken);
    }

    private static bool HasSeal(ObjectReadStream stream, long size)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[64 << 10];
        for (var left = size - Seal.Length; left > 0;)
        {
            var count = stream.Read(buffer, 0, (int)Math.Min(buffer.Length, left));
            hash.AppendData(buffer, 0, count);
            left -= count;
        }

        var seal = new byte[Seal.Length];
        return size >= Seal.Length && stream.ReadAtLeast(seal, Seal.Length, throwOnEndOfStream: false) == Seal.Length && Seal.IsRight(seal, hash);
    }

    private static CorruptArchiveException Broken(ArchiveReader archive, string key, string what) =>
        new($"{archive.Store.Describe(key)} {what}; the backup cannot be restored.") { StoredAs = archive.Store.Describe(key) };
}
