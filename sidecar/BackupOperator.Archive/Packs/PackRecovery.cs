using BackupOperator.Archive.Storage;

namespace BackupOperator.Archive.Packs;

/// <summary>
/// Takes over what attempts that died have left: finished packs with their tables, and uploads, which are completed with
/// the parts that the store has. Nothing is trusted that the store does not confirm; what is in doubt is thrown away and
/// stored again.
/// </summary>
internal sealed class PackRecovery(IObjectStore store, string path, CancellationToken cancellationToken)
{
    private readonly List<(FinishedPack Pack, IReadOnlyList<PackBlock> Blocks)> _packs = [];

    public IReadOnlyList<(FinishedPack Pack, IReadOnlyList<PackBlock> Blocks)> Packs => _packs;

    /// <summary>The first number that no pack has had.</summary>
    public int NextNumber { get; private set; }

    public async Task RunAsync(ResumeToken? token)
    {
        foreach (var pack in token?.Finished ?? [])
        {
            await TakeFinishedAsync(pack);
        }

        foreach (var pack in token?.Open ?? [])
        {
            await TakeOpenAsync(pack);
        }

        var known = _packs.Select(taken => ArchiveFormat.PackKey(path, taken.Pack.Number)).ToHashSet(StringComparer.Ordinal);
        await foreach (var upload in store.ListUploadsAsync($"{path}/", cancellationToken))
        {
            await store.AbortUploadAsync(upload.Key, upload.UploadId, cancellationToken);
        }

        await foreach (var found in store.ListAsync($"{path}/packs/", cancellationToken))
        {
            var name = found.Key[(found.Key.LastIndexOf('/') + 1)..];
            if (name.Length >= 5 && int.TryParse(name[..5], out var number))
            {
                NextNumber = Math.Max(NextNumber, number + 1);
            }

            if (found.Key.EndsWith(".pack", StringComparison.Ordinal) && !known.Contains(found.Key))
            {
                await store.DeleteAsync(found.Key, cancellationToken);
            }
        }

        NextNumber = Math.Max(NextNumber, (token?.Open ?? []).Select(pack => pack.Number + 1).DefaultIfEmpty().Max());
    }

    private async Task TakeFinishedAsync(FinishedPack pack)
    {
        if (pack is { Number: >= 0 and <= 99_999, Size: > 0 and <= ArchiveFormat.LargestPack, Chunk: > 0, Digest: not null }
            && await store.FindAsync(ArchiveFormat.PackKey(path, pack.Number), cancellationToken) is { } found && found.Size == pack.Size
            && await CompressedJson.ReadAsync<List<TableFile>>(store, ArchiveFormat.TableKey(path, pack.Number), cancellationToken) is { } table)
        {
            _packs.Add((pack, [.. BlockTable.Ungroup(table).Where(block => block.Offset + (long)block.Length <= pack.Size)]));
        }
    }

    private async Task TakeOpenAsync(OpenPack open)
    {
        if (open is not { Number: >= 0 and <= 99_999, UploadId.Length: > 0, PartSize: > 0, Parts: { } parts }
            || parts.Any(part => part is not { Number: >= 1 and <= 10_000, Size: > 0, Checksum: not null, Sha256.Length: 64 } || part.Size > open.PartSize))
        {
            return;
        }

        var key = ArchiveFormat.PackKey(path, open.Number);
        var expected = parts.OrderBy(part => part.Number).ToList();
        IReadOnlyList<SealedPart> kept;
        if (await store.ListPartsAsync(key, open.UploadId, cancellationToken) is not { } stored)
        {
            // Perhaps it was completed, and only the token does not know yet.
            if (await store.FindAsync(key, cancellationToken) is not { } found || found.Size != expected.Sum(part => (long)part.Size))
            {
                return;
            }

            kept = expected;
        }
        else
        {
            var byNumber = expected.ToDictionary(part => part.Number);
            if (stored.Count == 0 || !store.TellsPartChecksums
                || stored.Any(part => !byNumber.TryGetValue(part.Number, out var known) || known.Size != part.Size || known.Checksum != part.ETag))
            {
                await store.AbortUploadAsync(key, open.UploadId, cancellationToken);
                return;
            }

            kept = [.. stored.OrderBy(part => part.Number).Select(part => byNumber[part.Number])];
            await store.CompleteUploadAsync(key, open.UploadId, stored, cancellationToken);
        }

        var blocks = Move(BlockTable.Ungroup(open.Blocks), kept, open.PartSize).ToList();
        var pack = new FinishedPack(open.Number, kept.Sum(part => (long)part.Size), open.PartSize, PackDigest.Of(kept.Select(part => part.Sha256)));
        await store.PutAsync(ArchiveFormat.TableKey(path, open.Number), CompressedJson.Write(BlockTable.Group(blocks)), createOnly: false, cancellationToken);
        _packs.Add((pack, blocks));
    }

    /// <summary>
    /// Parts that never arrived are missing from the object, so what lies behind them moves forward; a block of which any
    /// byte is missing is dropped.
    /// </summary>
    private static IEnumerable<PackBlock> Move(IEnumerable<PackBlock> blocks, IReadOnlyList<SealedPart> kept, int partSize)
    {
        var newStart = new Dictionary<long, (long Start, int Size)>();
        long at = 0;
        foreach (var part in kept)
        {
            newStart[part.Number - 1] = (at, part.Size);
            at += part.Size;
        }

        foreach (var block in blocks)
        {
            var first = block.Offset / partSize;
            var last = (block.Offset + (uint)block.Length - 1) / partSize;
            var whole = true;
            for (var part = first; part <= last && whole; part++)
            {
                var end = Math.Min(block.Offset + (long)block.Length, (part + 1L) * partSize);
                whole = newStart.TryGetValue(part, out var place) && end - (part * (long)partSize) <= place.Size;
            }

            if (whole)
            {
                yield return block with { Offset = (uint)(newStart[first].Start + (block.Offset % partSize)) };
            }
        }
    }
}
