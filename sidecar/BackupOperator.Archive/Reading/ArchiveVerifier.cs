using System.Security.Cryptography;
using System.Threading.Channels;
using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Packs;
using BackupOperator.Archive.Storage;
using BackupOperator.Archive.Writing;

namespace BackupOperator.Archive.Reading;

/// <summary>Finds out whether a backup could be restored, without restoring it.</summary>
public sealed class ArchiveVerifier(ArchiveReader archive, TimeProvider? time = null)
{
    // Block lists of so many packs are in memory at once.
    private const int PacksAtOnce = 64;
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private long _bytesRead;

    /// <param name="manifestDigest">SHA-256 of the manifest as recorded elsewhere; null where nobody recorded it.</param>
    /// <exception cref="CorruptArchiveException">Something is missing or damaged; the message says what and where.</exception>
    public async Task<ArchiveSummary> VerifyAsync(
        VerificationLevel level, string? manifestDigest = null, IProgress<ArchiveProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var summary = await archive.ReadAsync(ManifestVisitor.None, cancellationToken);
        archive.RequireDigest(summary, manifestDigest);
        await archive.CheckPacksAsync(cancellationToken);
        if (level == VerificationLevel.ReadBack)
        {
            for (var from = 0; from < archive.Packs.Count; from += PacksAtOnce)
            {
                await ReadBackAsync(from, Math.Min(from + PacksAtOnce, archive.Packs.Count), progress, cancellationToken);
            }

            // Their frames are right; whether they make the block together shows only when they are put together.
            await CheckAsync(block => block.Patches is not null, cancellationToken);
        }

        progress?.Report(new ArchiveProgress(_bytesRead, _bytesRead, 0, 0, 0));
        return summary;
    }

    /// <summary>Reads and checks some blocks, chosen by chance.</summary>
    /// <param name="share">Of all blocks; from 0 to 1.</param>
    /// <returns>The manifest, and how many blocks were checked.</returns>
    /// <exception cref="CorruptArchiveException">Something is missing or damaged; the message says what and where.</exception>
    public async Task<(ArchiveSummary Summary, long Blocks)> VerifySampleAsync(
        double share, Random random, string? manifestDigest = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(random);
        var summary = await archive.ReadAsync(ManifestVisitor.None, cancellationToken);
        archive.RequireDigest(summary, manifestDigest);
        await archive.CheckPacksAsync(cancellationToken);
        return (summary, await CheckAsync(_ => random.NextDouble() < share, cancellationToken));
    }

    private async Task<long> CheckAsync(Func<BlockReference, bool> isWanted, CancellationToken cancellationToken)
    {
        long count = 0;
        var fetcher = new BlockFetcher(archive, Workers, (_, _) => Interlocked.Increment(ref count), bytes => Interlocked.Add(ref _bytesRead, bytes));
        await fetcher.RunAsync(
            async (send, token) =>
            {
                var blocks = new CheckedBlocks(isWanted, send);
                await archive.ReadAsync(blocks, token);
                blocks.Complete();
            },
            cancellationToken);
        return count;
    }

    private int Workers => Math.Max(2, Math.Min(archive.Store.Concurrency, Environment.ProcessorCount * 2));

    private async Task ReadBackAsync(int fromPack, int toPack, IProgress<ArchiveProgress>? progress, CancellationToken cancellationToken)
    {
        var blocks = await PackFrames.GatherAsync(archive, fromPack, toPack, cancellationToken);
        var digests = new string[toPack - fromPack][];
        var chunks = new List<(int Pack, int Chunk)>();
        for (var pack = fromPack; pack < toPack; pack++)
        {
            var count = (int)((archive.Packs[pack].Size + archive.Packs[pack].Chunk - 1) / archive.Packs[pack].Chunk);
            digests[pack - fromPack] = new string[count];
            chunks.AddRange(Enumerable.Range(0, count).Select(chunk => (pack, chunk)));
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var queue = Channel.CreateUnbounded<(int Pack, int Chunk)>();
        chunks.ForEach(chunk => queue.Writer.TryWrite(chunk));
        queue.Writer.Complete();
        var total = archive.Packs.Sum(pack => pack.Size);
        using (var ticker = progress is null
            ? null
            : _time.CreateTimer(
                _ => progress.Report(new ArchiveProgress(Interlocked.Read(ref _bytesRead), total, 0, 0, 0)), null, TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(250)))
        {
            await FirstFailure.WhenAllAsync(
                Enumerable.Range(0, Workers).Select(_ => Task.Run(() => ReadChunksAsync(queue.Reader, blocks, digests, fromPack, stop.Token), CancellationToken.None)), stop);
        }

        for (var pack = fromPack; pack < toPack; pack++)
        {
            var found = PackDigest.Of(digests[pack - fromPack]);
            if (found != archive.Packs[pack].Digest)
            {
                var name = archive.Store.Describe(archive.Packs[pack].Key);
                throw new CorruptArchiveException($"{name} is damaged between its blocks: its digest is {found} and should be {archive.Packs[pack].Digest}.") { StoredAs = name };
            }
        }
    }

    private async Task ReadChunksAsync(ChannelReader<(int Pack, int Chunk)> queue, PackFrames blocks, string[][] digests, int fromPack, CancellationToken cancellationToken)
    {
        using var checker = new BlockChecker(archive);
        byte[] buffer = [];
        await foreach (var (number, chunk) in queue.ReadAllAsync(cancellationToken))
        {
            var pack = archive.Packs[number];
            var from = (long)chunk * pack.Chunk;
            var to = Math.Min(from + pack.Chunk, pack.Size);
            var items = blocks.BeginningIn(number, from, to).ToList();

            // The last one may reach into the next chunk.
            var end = items.Count == 0 ? to : Math.Max(to, items.Max(item => item.Frame.End));
            if (buffer.Length < end - from)
            {
                buffer = GC.AllocateUninitializedArray<byte>(pack.Chunk + ArchiveFormat.LargestStoredBlock);
            }

            var stored = buffer.AsMemory(0, (int)(end - from));
            try
            {
                await archive.Store.ReadAsync(pack.Key, from, stored, cancellationToken);
            }
            catch (StorageException error) when (error.Failure == StorageFailure.NotFound && items.Count > 0)
            {
                throw checker.Damaged(blocks.PlaceOf(items[0]), items[0].Frame, "it is no longer there", error);
            }

            digests[number - fromPack][chunk] = Convert.ToHexStringLower(SHA256.HashData(stored.Span[..(int)(to - from)]));
            foreach (var item in items)
            {
                var frame = stored.Slice((int)(item.Frame.Offset - from), item.Frame.Length);
                if (item.IsWhole)
                {
                    checker.Open(blocks.PlaceOf(item), frame, static _ => default);
                }
                else
                {
                    checker.CheckFrame(blocks.PlaceOf(item), item.Frame, frame);
                }
            }

            Interlocked.Add(ref _bytesRead, to - from);
        }
    }
}
