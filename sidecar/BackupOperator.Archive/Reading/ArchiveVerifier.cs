using System.Security.Cryptography;
using System.Threading.Channels;
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
        }

        progress?.Report(new ArchiveProgress(_bytesRead, _bytesRead, 0, 0, 0));
        return summary;
    }

    private async Task ReadBackAsync(int fromPack, int toPack, IProgress<ArchiveProgress>? progress, CancellationToken cancellationToken)
    {
        var blocks = await PackBlocks.GatherAsync(archive, fromPack, toPack, cancellationToken);
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
            var workers = Math.Max(2, Math.Min(archive.Store.Concurrency, Environment.ProcessorCount * 2));
            await FirstFailure.WhenAllAsync(
                Enumerable.Range(0, workers).Select(_ => Task.Run(() => ReadChunksAsync(queue.Reader, blocks, digests, fromPack, stop.Token), CancellationToken.None)), stop);
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

    private async Task ReadChunksAsync(ChannelReader<(int Pack, int Chunk)> queue, PackBlocks blocks, string[][] digests, int fromPack, CancellationToken cancellationToken)
    {
        using var checker = new BlockChecker(archive.Store);
        byte[] buffer = [];
        await foreach (var (number, chunk) in queue.ReadAllAsync(cancellationToken))
        {
            var pack = archive.Packs[number];
            var from = (long)chunk * pack.Chunk;
            var to = Math.Min(from + pack.Chunk, pack.Size);
            var items = blocks.BeginningIn(number, from, to).ToList();

            // The last block may reach into the next chunk.
            var end = items.Count == 0 ? to : Math.Max(to, items.Max(item => item.Block.Offset + (long)item.Block.Length));
            if (buffer.Length < end - from)
            {
                buffer = GC.AllocateUninitializedArray<byte>(pack.Chunk + ArchiveFormat.BlockSize);
            }

            var stored = buffer.AsMemory(0, (int)(end - from));
            try
            {
                await archive.Store.ReadAsync(pack.Key, from, stored, cancellationToken);
            }
            catch (StorageException error) when (error.Failure == StorageFailure.NotFound && items.Count > 0)
            {
                throw checker.Damaged(pack, blocks.FileOf(items[0]), items[0].Index, items[0].Block, "it is no longer there", error);
            }

            digests[number - fromPack][chunk] = Convert.ToHexStringLower(SHA256.HashData(stored.Span[..(int)(to - from)]));
            foreach (var item in items)
            {
                checker.Open(stored.Slice((int)(item.Block.Offset - from), item.Block.Length), pack, blocks.FileOf(item), item.Index, item.Block, item.PlainLength);
            }

            Interlocked.Add(ref _bytesRead, to - from);
        }
    }
}
