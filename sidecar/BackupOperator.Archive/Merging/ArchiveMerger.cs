using System.Security.Cryptography;
using System.Text;
using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Encryption;
using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Packs;
using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Storage;
using BackupOperator.Archive.Writing;

namespace BackupOperator.Archive.Merging;

/// <summary>
/// Makes an independent full backup of a backup and those that it builds on. Packs that are mostly in use are copied by
/// the store itself; of the others, the blocks that are needed are fetched, checked and packed anew, patches put in. The
/// old backups are not touched. What dies is gone on with by the next attempt with the same paths.
/// </summary>
public sealed class ArchiveMerger(IObjectStore store, string path, string toPath, MergeOptions options)
{
    private const int MostWorkers = 8;

    /// <exception cref="StorageException">There is a backup at the new path already, or the store does not do what it is asked.</exception>
    /// <exception cref="CorruptArchiveException">The backup is damaged.</exception>
    /// <exception cref="EncryptionKeyException">It is encrypted, and no key was given that fits.</exception>
    public async Task<MergeSummary> RunAsync(IProgress<ArchiveProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        if (ArchivePath.Refuse(toPath) is { } reason)
        {
            throw new InvalidOperationException($"'{toPath}' {reason}");
        }

        if (await store.FindAsync(ArchiveFormat.ManifestKey(toPath), cancellationToken) is not null)
        {
            throw new StorageException(StorageFailure.AlreadyExists, $"There is a backup at {store.Describe(toPath)} already; choose another path.");
        }

        var archive = await ArchiveReader.OpenAsync(store, path, options.Keys, cancellationToken);
        var use = new PackUse(archive.Packs.Count, static _ => true);
        var source = await archive.ReadAsync(use, cancellationToken);
        archive.RequireDigest(source, options.ManifestDigest);
        await archive.CheckPacksAsync(cancellationToken);
        var copied = await ChooseCopiedAsync(archive, source, use, cancellationToken);

        // The same for each attempt, so that what one has stored is known to the next.
        var id = new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"merge\0{source.ManifestDigest}\0{toPath}")).AsSpan(0, 16)).ToString();
        var (key, token) = await OpenTargetAsync(archive, id, cancellationToken);
        using var lifetime = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var (keeper, recovery) = await TakeOver.RunAsync(store, toPath, id, key, token, options.Random, options.Time.GetUtcNow(), lifetime.Token);
        var packs = new PackWriter(store, toPath, keeper, Math.Max(copied.Count, recovery.NextNumber), options.PackLimit, key, lifetime.Token);
        try
        {
            return await RunAsync(new Work(archive, source, copied, id, key, recovery, keeper, packs), progress, cancellationToken);
        }
        finally
        {
            await lifetime.CancelAsync();
            await packs.SettleAsync();
            packs.Dispose();
        }
    }

    private sealed record Work(
        ArchiveReader Archive, ArchiveSummary Source, List<int> Copied, string BackupId, DataKey? Key, PackRecovery Recovery, TokenKeeper Token, PackWriter Packs);

    /// <summary>
    /// Places of the packs that are copied, in the order of their new numbers. None of an encrypted backup: its frames are
    /// bound to the backup that they were written for, and a key of their own is worth more than the bytes.
    /// </summary>
    private async Task<List<int>> ChooseCopiedAsync(ArchiveReader archive, ArchiveSummary source, PackUse use, CancellationToken cancellationToken)
    {
        if (archive.Header.IsEncrypted)
        {
            return [];
        }

        // A block of which a part lies elsewhere is packed anew as a whole, and so uses nothing of a copied pack.
        var first = use.Above(options.LeastUse, archive.Packs);
        var wholly = new PackUse(archive.Packs.Count, block => PackUse.LiesIn(first, block));
        archive.RequireDigest(await archive.ReadAsync(wholly, cancellationToken), source.ManifestDigest);
        return [.. wholly.Above(options.LeastUse, archive.Packs).Where(first.Contains).Order()];
    }

    private async Task<(DataKey? Key, ResumeToken? Token)> OpenTargetAsync(ArchiveReader archive, string id, CancellationToken cancellationToken)
    {
        DataKey? key = null;
        if (archive.Header.IsEncrypted)
        {
            key = await WrappedKey.FindAsync(store, toPath, options.Keys, cancellationToken);
            if (key is not null && key.BackupId != id)
            {
                throw Foreign(key.BackupId);
            }
        }
        else if (await store.FindAsync(ArchiveFormat.DataKeyKey(toPath), cancellationToken) is not null)
        {
            throw Foreign("an encrypted one");
        }

        var token = await CompressedJson.ReadAsync<ResumeToken>(store, ArchiveFormat.TokenKey(toPath), key, cancellationToken);
        if (token is not null && (token.Version != ArchiveFormat.Version || token.BackupId != id))
        {
            throw Foreign(token.BackupId);
        }

        if (key is null && archive.Header.IsEncrypted)
        {
            key = await WrappedKey.CreateAsync(store, toPath, id, options.Keys!, cancellationToken);
        }

        return (key, token);
    }

    private async Task<MergeSummary> RunAsync(Work work, IProgress<ArchiveProgress>? progress, CancellationToken cancellationToken)
    {
        // From here on the folder is this merge's.
        await work.Token.SaveAsync(PutMode.Replace);
        await CopyPacksAsync(work, cancellationToken);
        using var repacker = new Repacker(work.Packs, work.Key, options.CompressionLevel);
        await RepackAsync(work, repacker, progress, cancellationToken);
        await work.Packs.FlushAsync();

        var numbers = repacker.Stored().Select(block => block.Pack).Concat(Enumerable.Range(0, work.Copied.Count)).ToHashSet();
        var packs = work.Token.Finished.Where(pack => numbers.Contains(pack.Number))
            .Select(pack => new ManifestPack(toPath, pack.Number, pack.Size, pack.Chunk, pack.Digest, pack.Tag)).ToList();
        var header = work.Source.Header with
        {
            BackupId = work.BackupId,
            Type = ManifestHeader.Full,
            Parent = null,
            FinishedAt = options.Time.GetUtcNow(),
            StoredBytes = packs.Sum(pack => pack.Size),
            BlocksReused = 0,
        };
        var digest = await WriteManifestAsync(work, repacker, header, packs, cancellationToken);
        await Leftovers.TidyAsync(store, toPath, packs);
        var merged = await ArchiveReader.OpenAsync(store, toPath, options.Keys, cancellationToken);
        await merged.CheckPacksAsync(cancellationToken);
        var copiedBytes = packs.Where(pack => pack.Number < work.Copied.Count).Sum(pack => pack.Size);
        return new MergeSummary(ArchiveSummary.Of(header, digest), copiedBytes, header.StoredBytes - copiedBytes);
    }

    private async Task CopyPacksAsync(Work work, CancellationToken cancellationToken)
    {
        foreach (var (number, place) in work.Copied.Index())
        {
            var pack = work.Archive.Packs[place];
            if (work.Recovery.Packs.Select(taken => taken.Pack).FirstOrDefault(taken => taken.Number == number) is { } there && there.Size == pack.Size && there.Digest == pack.Digest)
            {
                work.Token.Completed(null, there);
                continue;
            }

            var made = await store.CopyAsync(pack.Key, ArchiveFormat.PackKey(toPath, number), cancellationToken);
            if (made.Size != pack.Size)
            {
                throw new CorruptArchiveException($"{store.Describe(made.Key)} was copied from {store.Describe(pack.Key)} and has {made.Size} bytes instead of {pack.Size}.");
            }

            // Only incremental backups that build on this one need it.
            if (await store.FindAsync(ArchiveFormat.TableKey(pack.Path, pack.Number), cancellationToken) is { } table)
            {
                await store.CopyAsync(table.Key, ArchiveFormat.TableKey(toPath, number), cancellationToken);
            }

            work.Token.Completed(null, new FinishedPack(number, pack.Size, pack.Chunk, pack.Digest, made.ETag));
            await work.Token.SaveAsync(PutMode.Replace);
        }
    }

    private async Task RepackAsync(Work work, Repacker repacker, IProgress<ArchiveProgress>? progress, CancellationToken cancellationToken)
    {
        var candidates = new Candidates();
        foreach (var (pack, blocks) in work.Recovery.Packs.Where(taken => taken.Pack.Number >= work.Copied.Count).OrderBy(taken => taken.Pack.Number))
        {
            work.Token.Completed(null, pack);
            candidates.Add(pack.Number, blocks);
        }

        candidates.Complete();
        var copied = work.Copied.ToHashSet();
        long fetched = 0;
        var workers = Math.Min(MostWorkers, Math.Max(2, Math.Min(store.Concurrency, Environment.ProcessorCount * 2)));
        var fetcher = new BlockFetcher(work.Archive, workers, repacker.Take, bytes =>
        {
            var sum = Interlocked.Add(ref fetched, bytes);
            progress?.Report(new ArchiveProgress(sum, sum, 0, 0, work.Token.BytesSent));
        });
        await fetcher.RunAsync(
            async (send, stop) =>
            {
                var plan = new RepackPlan(copied, candidates, repacker, send);
                work.Archive.RequireDigest(await work.Archive.ReadAsync(plan, stop), work.Source.ManifestDigest);
                plan.Complete();
            },
            cancellationToken);
    }

    private async Task<string> WriteManifestAsync(Work work, Repacker repacker, ManifestHeader header, List<ManifestPack> packs, CancellationToken cancellationToken)
    {
        var copied = work.Copied.Index().ToDictionary(item => item.Item, item => item.Index);
        var inCopied = work.Copied.ToHashSet();
        var places = packs.Index().ToDictionary(item => item.Item.Number, item => item.Index);
        using var stream = new ObjectWriteStream(store, ArchiveFormat.ManifestKey(toPath), cancellationToken);
        using (var writer = new ManifestWriter(stream, header, packs, toPath, work.Key))
        {
            var entries = new MergedEntries(writer, (entry, index, block) => PackUse.LiesIn(inCopied, block)
                ? block.InPack(pack => places[copied[pack]])
                : repacker.Find(entry.Path, index).InPack(number => places[number]));
            work.Archive.RequireDigest(await work.Archive.ReadAsync(entries, cancellationToken), work.Source.ManifestDigest);
            await Task.Run(writer.Complete, cancellationToken);
        }

        // Two merges with the same paths pack different blocks under the same numbers.
        await CommitCheck.RunAsync(store, toPath, packs, work.Key, options.Keys, cancellationToken);
        await work.Token.RequireOwnAsync(cancellationToken);
        return await stream.CompleteAsync();
    }

    private StorageException Foreign(string id) =>
        new(StorageFailure.AlreadyExists, $"{store.Describe(toPath)} holds another, unfinished backup ({id}); choose another path.");
}
