using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Encryption;
using BackupOperator.Archive.Storage;

namespace BackupOperator.Archive.Packs;

/// <summary>
/// Takes over what attempts that died have left: finished packs with their tables, and uploads, which are completed with
/// the parts that the store has. Nothing is trusted that the store does not confirm; what is in doubt is thrown away and
/// stored again. May itself die anywhere, and be run again.
/// </summary>
internal sealed class PackRecovery(IObjectStore store, string path, DataKey? key, CancellationToken cancellationToken)
{
    private readonly List<(FinishedPack Pack, IReadOnlyList<PackBlock> Blocks)> _packs = [];
    private long _arrived;

    public IReadOnlyList<(FinishedPack Pack, IReadOnlyList<PackBlock> Blocks)> Packs => _packs;

    /// <summary>The first number that no pack has had.</summary>
    public int NextNumber { get; private set; }

    /// <summary>Bytes that all attempts have sent.</summary>
    public long BytesSent { get; private set; }

    public async Task RunAsync(ResumeToken? token)
    {
        // Also of packs that left no trace in the store: somebody who is thought dead may still be sending one.
        NextNumber = (token?.Finished ?? []).Select(pack => pack?.Number).Concat((token?.Open ?? []).Select(pack => pack?.Number))
            .Where(number => number is >= 0 and <= ArchiveFormat.LastPack).Max() + 1 ?? 0;
        foreach (var pack in token?.Finished ?? [])
        {
            await TakeFinishedAsync(pack);
        }

        foreach (var pack in token?.Open ?? [])
        {
            token = await TakeOpenAsync(token!, pack);
        }

        BytesSent = Math.Max(0, token?.BytesSent ?? 0) + _arrived;
        await RemoveRestAsync();
    }

    private async Task TakeFinishedAsync(FinishedPack pack)
    {
        if (pack is { Number: >= 0 and <= ArchiveFormat.LastPack, Size: > 0 and <= ArchiveFormat.LargestPack, Chunk: >= ArchiveFormat.BlockSize and <= ArchiveFormat.LargestChunk, Digest.Length: 64 }
            && _packs.TrueForAll(taken => taken.Pack.Number != pack.Number)
            && await store.FindAsync(ArchiveFormat.PackKey(path, pack.Number), cancellationToken) is { } found && found.Size == pack.Size && found.ETag == pack.Tag
            && await CompressedJson.ReadAsync<List<TableFile>>(store, ArchiveFormat.TableKey(path, pack.Number), key, cancellationToken) is { } table)
        {
            _packs.Add((pack, [.. BlockTable.Ungroup(table).Where(block => block.End <= pack.Size)]));
        }
    }

    private async Task<ResumeToken> TakeOpenAsync(ResumeToken token, OpenPack open)
    {
        var before = _packs.Count;
        token = await TryTakeOpenAsync(token, open);

        // By its id, since not every listing has it: what is given up must never become an object.
        if (_packs.Count == before && open is { Number: >= 0 and <= ArchiveFormat.LastPack, UploadId: { Length: > 0 } upload })
        {
            await store.AbortUploadAsync(ArchiveFormat.PackKey(path, open.Number), upload, cancellationToken);
        }

        return token;
    }

    private async Task<ResumeToken> TryTakeOpenAsync(ResumeToken token, OpenPack open)
    {
        if (!IsSane(open) || !_packs.TrueForAll(taken => taken.Pack.Number != open.Number))
        {
            return token;
        }

        var name = ArchiveFormat.PackKey(path, open.Number);
        List<SealedPart> kept;
        ObjectInfo? made;
        if (await store.ListPartsAsync(name, open.UploadId, cancellationToken) is { } stored)
        {
            kept = [.. open.Parts.Where(part => stored.Any(there => there.Number == part.Number && part.MayBe(there))).OrderBy(part => part.Number)];
            if (kept.Count == 0)
            {
                return token;
            }

            // Before it is done: whoever comes after a death in between must know what the object was made of.
            token = token with { Open = [.. token.Open.Select(pack => pack == open ? open with { Joining = [.. kept.Select(part => part.Number)] } : pack)] };
            await store.PutAsync(ArchiveFormat.TokenKey(path), CompressedJson.Write(token, key), PutMode.Replace, cancellationToken);
            var numbers = kept.Select(part => part.Number).ToHashSet();
            try
            {
                made = await store.CompleteUploadAsync(name, open.UploadId, [.. stored.Where(part => numbers.Contains(part.Number))], createOnly: false, cancellationToken);
            }
            catch (StorageException error) when (error.Failure == StorageFailure.Lost)
            {
                // Ceph makes an object only of all parts that it has, and one of these is not to be trusted, or has come
                // just now. Or somebody else was faster.
                return token;
            }
        }
        else
        {
            // Perhaps it was completed, and only the token does not know yet.
            kept = [.. open.Parts.Where(part => open.Joining?.Contains(part.Number) ?? true).OrderBy(part => part.Number)];
            made = await store.FindAsync(name, cancellationToken);
            if (made is null || kept.Count == 0 || made.Size != kept.Sum(part => (long)part.Size))
            {
                return token;
            }
        }

        if (!await HasContentAsync(name, kept))
        {
            return token;
        }

        var blocks = Move(BlockTable.Ungroup(open.Blocks), kept, open.PartSize).ToList();
        await store.PutAsync(ArchiveFormat.TableKey(path, open.Number), CompressedJson.Write(BlockTable.Group(blocks), key), PutMode.Replace, cancellationToken);
        _packs.Add((new FinishedPack(open.Number, made.Size, open.PartSize, PackDigest.Of(kept.Select(part => part.Sha256)), made.ETag), blocks));
        _arrived += kept.Where(part => part.ETag is null).Sum(part => (long)part.Size);
        return token;
    }

    /// <summary>Reads the parts again of which only the store's word is known that they arrived; mostly those that a death has caught on their way.</summary>
    private async Task<bool> HasContentAsync(string name, List<SealedPart> kept)
    {
        long at = 0;
        foreach (var part in kept)
        {
            if (part.ETag is null)
            {
                var content = new byte[part.Size];
                await store.ReadAsync(name, at, content, cancellationToken);
                if (BlockDigest.Of(content).ToString() != part.Sha256)
                {
                    return false;
                }
            }

            at += part.Size;
        }

        return true;
    }

    // All parts but the last have the full size; else the chunks of the digest would not be the parts.
    private static bool IsSane(OpenPack open) =>
        open is { Number: >= 0 and <= ArchiveFormat.LastPack, UploadId.Length: > 0, PartSize: >= ArchiveFormat.BlockSize and <= ArchiveFormat.LargestChunk, Parts.Count: > 0, Blocks: not null }
        && open.Parts.All(part => part is { Number: >= 1 and <= 10_000, Size: > 0, Sha256.Length: 64 } && BlockDigest.TryParse(part.Sha256, out _))
        && open.Parts.Select(part => part.Number).Distinct().Count() == open.Parts.Count
        && open.Parts.All(part => part.Size == open.PartSize || (part.Size < open.PartSize && part.Number == open.Parts.Max(last => last.Number)))
        && open.Parts.Sum(part => (long)part.Size) <= ArchiveFormat.LargestPack;

    /// <summary>
    /// Parts that never arrived are missing from the object, so what lies behind them moves forward; a block of which any
    /// byte is missing is dropped.
    /// </summary>
    private static IEnumerable<PackBlock> Move(IEnumerable<PackBlock> blocks, List<SealedPart> kept, int partSize)
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
            var last = (block.End - 1) / partSize;
            var whole = true;
            for (var part = first; part <= last && whole; part++)
            {
                var end = Math.Min(block.End, (part + 1L) * partSize);
                whole = newStart.TryGetValue(part, out var place) && end - (part * (long)partSize) <= place.Size;
            }

            if (whole)
            {
                yield return block with { Offset = (uint)(newStart[first].Start + (block.Offset % partSize)) };
            }
        }
    }

    /// <summary>Whatever else lies there is of no use, and in the way.</summary>
    private async Task RemoveRestAsync()
    {
        await foreach (var upload in store.ListUploadsAsync($"{path}/", cancellationToken))
        {
            await store.AbortUploadAsync(upload.Key, upload.UploadId, cancellationToken);
        }

        var known = _packs.Select(taken => ArchiveFormat.PackKey(path, taken.Pack.Number)).ToHashSet(StringComparer.Ordinal);
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
    }
}
