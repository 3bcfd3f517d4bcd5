using BackupOperator.Archive.Compression;
using BackupOperator.Archive.Encryption;
using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Storage;
using BackupOperator.Archive.Writing;

namespace BackupOperator.Archive.Copying;

/// <summary>
/// Brings the copy of a finished backup up to date: its packs and those of the backups that it builds on, under their own
/// paths, with block tables and data keys, and the manifest last. What is there already is not sent again, so it may die
/// anywhere and be run again.
/// </summary>
public sealed class ArchiveCopier(IObjectStore from, IObjectStore to, string path, CopyOptions options)
{
    private const int AsksAtOnce = 16;

    // In a folder of another backup somebody else may be at work.
    private static readonly TimeSpan Forgotten = TimeSpan.FromDays(1);
    private long _copied;
    private long _there;
    private long _bytes;

    /// <exception cref="StorageException">One of the two stores does not do what it is asked, or the copy's place holds another backup.</exception>
    /// <exception cref="CorruptArchiveException">The backup is damaged where it comes from.</exception>
    public async Task<CopySummary> RunAsync(IProgress<ArchiveProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var archive = await ArchiveReader.OpenAsync(from, path, options.Keys, cancellationToken);
        var digest = await ReadDigestAsync(from, cancellationToken) ?? throw Damaged();
        if (options.ManifestDigest is { } recorded && recorded != digest)
        {
            throw new CorruptArchiveException($"{from.Describe(ArchiveFormat.ManifestKey(path))} is not the manifest that was recorded: it is {digest} instead of {recorded}.");
        }

        var hasManifest = await RetryAsync(token => HasManifestAsync(digest, token), cancellationToken);
        var folders = archive.Packs.Select(pack => pack.Path).Append(path).Distinct(StringComparer.Ordinal).ToList();
        await RetryAsync(token => AbortForgottenAsync(folders, token), cancellationToken);
        await CopyPacksAsync(archive, progress, cancellationToken);
        await CopyTablesAsync(archive, cancellationToken);
        foreach (var folder in archive.Header.IsEncrypted ? folders : [])
        {
            await RetryAsync(token => CopyKeyAsync(folder, token), cancellationToken);
        }

        if (!hasManifest)
        {
            await RetryAsync(token => CopyManifestAsync(digest, token), cancellationToken);
            await Leftovers.TidyAsync(to, path, archive.Packs);
        }

        var copy = await ArchiveReader.OpenAsync(to, path, options.Keys, cancellationToken);
        await copy.CheckPacksAsync(cancellationToken);
        return new CopySummary(digest, _copied, _there, _bytes);
    }

    /// <summary>Removes what was stored of a copy whose backup is not to be; one with a manifest stays.</summary>
    public static Task RemoveUnfinishedAsync(IObjectStore store, string path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        return Leftovers.RemoveUnfinishedAsync(store, path, cancellationToken);
    }

    // Also proves that it is whole: by its seal, for which no key is needed.
    private async Task<string?> ReadDigestAsync(IObjectStore store, CancellationToken cancellationToken)
    {
        var key = ArchiveFormat.ManifestKey(path);
        if (await store.FindAsync(key, cancellationToken) is not { } found)
        {
            return null;
        }

        return await Task.Run(
            () =>
            {
                try
                {
                    using var stored = new ObjectReadStream(store, key, found.Size, cancellationToken);
                    using var plain = new ZstdReadStream(stored);
                    plain.CopyTo(Stream.Null);
                    return stored.Digest();
                }
                catch (ZstdException error)
                {
                    throw new CorruptArchiveException($"{store.Describe(key)} is damaged: {error.Message}", error) { StoredAs = store.Describe(key) };
                }
            },
            cancellationToken);
    }

    private async Task<bool> HasManifestAsync(string digest, CancellationToken cancellationToken) =>
        await ReadDigestAsync(to, cancellationToken) is { } there
            && (there == digest ? true : throw new StorageException(StorageFailure.AlreadyExists, $"{to.Describe(path)} holds another backup; its manifest is {there} instead of {digest}."));

    private async Task<bool> AbortForgottenAsync(List<string> folders, CancellationToken cancellationToken)
    {
        var now = options.Time.GetUtcNow();
        foreach (var folder in folders)
        {
            await foreach (var upload in to.ListUploadsAsync($"{folder}/", cancellationToken))
            {
                if (folder == path || now - upload.StartedAt > Forgotten)
                {
                    await to.AbortUploadAsync(upload.Key, upload.UploadId, cancellationToken);
                }
            }
        }

        return true;
    }

    private async Task CopyPacksAsync(ArchiveReader archive, IProgress<ArchiveProgress>? progress, CancellationToken cancellationToken)
    {
        var missing = await FindMissingAsync([.. archive.Packs.Select(pack => pack.Key)], number => IsThereAsync(archive.Packs[number], cancellationToken), cancellationToken);
        var total = archive.Packs.Sum(pack => pack.Size);
        var done = total - missing.Sum(number => archive.Packs[number].Size);
        using var transfer = new PackTransfer(from, to);
        foreach (var pack in missing.Select(number => archive.Packs[number]))
        {
            await RetryAsync(
                async token =>
                {
                    await transfer.CopyAsync(
                        pack,
                        bytes =>
                        {
                            var sent = Interlocked.Add(ref _bytes, bytes);
                            progress?.Report(new ArchiveProgress(Math.Min(total, done + sent), total, 0, 0, sent));
                        },
                        token);
                    return true;
                },
                cancellationToken);
            _copied++;
        }
    }

    private async Task<bool> IsThereAsync(ManifestPack pack, CancellationToken cancellationToken) =>
        await to.FindAsync(pack.Key, cancellationToken) is { } found && PackCheck.IsRight(pack, found);

    // For incremental backups that build on this one; nothing is lost without them.
    private async Task CopyTablesAsync(ArchiveReader archive, CancellationToken cancellationToken)
    {
        var keys = archive.Packs.Select(pack => ArchiveFormat.TableKey(pack.Path, pack.Number)).ToList();
        var missing = await FindMissingAsync(
            keys,
            async number => await from.FindAsync(keys[number], cancellationToken) is not { } source || (await to.FindAsync(keys[number], cancellationToken))?.Size == source.Size,
            cancellationToken);
        foreach (var key in missing.Select(number => keys[number]))
        {
            var content = await ReadSmallAsync(from, key, cancellationToken);
            await RetryAsync(token => PutAsync(key, content, token), cancellationToken);
        }
    }

    /// <summary>
    /// A key that is there may be wrapped otherwise than where it comes from. It gives way only to one that is proved to be
    /// right: a damaged one must not take the place of the last that is whole. Where both are right, only the current
    /// wrapping takes the place of another: the older key may be about to go.
    /// </summary>
    private async Task<bool> CopyKeyAsync(string folder, CancellationToken cancellationToken)
    {
        var key = ArchiveFormat.DataKeyKey(folder);
        var content = await ReadSmallAsync(from, key, cancellationToken);
        if (await to.FindAsync(key, cancellationToken) is not null)
        {
            var there = await ReadSmallAsync(to, key, cancellationToken);
            if (there.AsSpan().SequenceEqual(content) || (WrappedKey.IsWellFormed(there) && !await GivesWayAsync(folder, there, content, cancellationToken)))
            {
                _there++;
                return true;
            }
        }

        return await PutAsync(key, content, cancellationToken);
    }

    private async Task<bool> GivesWayAsync(string folder, byte[] there, byte[] content, CancellationToken cancellationToken)
    {
        if (await TryOpenAsync(from, folder, cancellationToken) is not { } source)
        {
            return false;
        }

        // An attempt that died may have left the key of what is not there any more.
        return await TryOpenAsync(to, folder, cancellationToken) is not { } copy || !copy.Secret.SequenceEqual(source.Secret)
            || (WrappedKey.IsCurrent(content, options.Keys) && !WrappedKey.IsCurrent(there, options.Keys));
    }

    private async Task<DataKey?> TryOpenAsync(IObjectStore store, string folder, CancellationToken cancellationToken)
    {
        try
        {
            return options.Keys is null ? null : await WrappedKey.FindAsync(store, folder, options.Keys, cancellationToken);
        }
        catch (Exception error) when (error is EncryptionKeyException or CorruptArchiveException)
        {
            return null;
        }
    }

    private async Task<bool> CopyManifestAsync(string digest, CancellationToken cancellationToken)
    {
        var key = ArchiveFormat.ManifestKey(path);
        var found = await from.FindAsync(key, cancellationToken) ?? throw Damaged();
        using var source = new ObjectReadStream(from, key, found.Size, cancellationToken);
        using var target = new ObjectWriteStream(to, key, cancellationToken);
        await Task.Run(() => source.CopyTo(target), cancellationToken);
        if (source.Digest() != digest)
        {
            throw Damaged();
        }

        await target.CompleteAsync();
        _copied++;
        _bytes += found.Size;
        return true;
    }

    private async Task<bool> PutAsync(string key, byte[] content, CancellationToken cancellationToken)
    {
        await to.PutAsync(key, content, PutMode.Replace, cancellationToken);
        _copied++;
        _bytes += content.Length;
        return true;
    }

    private async Task<IReadOnlyList<int>> FindMissingAsync(List<string> keys, Func<int, Task<bool>> isThere, CancellationToken cancellationToken)
    {
        var missing = new List<int>();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = AsksAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(Enumerable.Range(0, keys.Count), parallel, async (number, token) =>
        {
            if (await RetryAsync(_ => isThere(number), token))
            {
                Interlocked.Increment(ref _there);
                return;
            }

            lock (missing)
            {
                missing.Add(number);
            }
        });
        missing.Sort();
        return missing;
    }

    private static async Task<byte[]> ReadSmallAsync(IObjectStore store, string key, CancellationToken cancellationToken)
    {
        var found = await store.FindAsync(key, cancellationToken)
            ?? throw new StorageException(StorageFailure.NotFound, $"{store.Describe(key)} is missing.");
        var content = new byte[found.Size];
        await store.ReadAsync(key, 0, content, cancellationToken);
        return content;
    }

    // The store has tried again by itself; what it says of credentials, buckets and room does not change that quickly.
    private Task<T> RetryAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken) => options.Retry.RunAsync(
        work, error => (error is StorageException { Failure: StorageFailure.Unavailable or StorageFailure.NotFound or StorageFailure.Lost }, null), cancellationToken);

    private CorruptArchiveException Damaged()
    {
        var name = from.Describe(ArchiveFormat.ManifestKey(path));
        return new CorruptArchiveException($"{name} has changed while it was copied.") { StoredAs = name };
    }
}
