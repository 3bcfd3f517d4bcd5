using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Compression;
using BackupOperator.Archive.Encryption;

namespace BackupOperator.Archive.Writing;

/// <summary>Hashes a block, and compresses and encrypts what of it is not stored already; one for each thread.</summary>
internal sealed class BlockWorker(int? level, DataKey? key, PieceComparer comparer) : IDisposable
{
    private readonly ZstdCompressor? _compressor = level is { } wanted ? new ZstdCompressor(wanted) : null;
    private readonly FrameCipher? _cipher = key?.ForBlocks();
    private readonly byte[] _pieces = GC.AllocateUninitializedArray<byte>(ArchiveFormat.BlockSize / 2);

    public void Process(BlockWork work)
    {
        var plain = work.Plain.Span[..work.Length];
        if (plain.IndexOfAnyExcept((byte)0) < 0)
        {
            work.Known = BlockReference.Hole;
            return;
        }

        work.Digest = Pieces.Digest(plain, work.Sums);
        if (FindEqual(work) is { } equal)
        {
            work.Known = equal;
            return;
        }

        ReadOnlyMemory<byte> source = work.Plain[..work.Length];
        if (work.Before.IsStored && work.HasLengthOfBefore && comparer.FindChanged(work.Before, work.Sums.AsSpan(0, Pieces.Count(work.Length))) is > 0 and var changed)
        {
            work.Changed = changed;
            source = _pieces.AsMemory(0, Pieces.Gather(plain, changed, _pieces));
        }

        var size = _compressor?.Compress(source.Span, work.Packed.Span) ?? int.MaxValue;
        if (size < source.Length)
        {
            source = work.Packed[..size];
        }
        else if (work.Changed != 0)
        {
            // The next block's pieces go where these are.
            source.CopyTo(work.Packed);
            source = work.Packed[..source.Length];
        }

        work.Stored = _cipher is null ? source : work.Sealed[.._cipher.Seal(source.Span, work.Sealed.Span)];
        work.Checksum = BlockChecksum.Of(work.Stored.Span);
    }

    public void Dispose()
    {
        _compressor?.Dispose();
        _cipher?.Dispose();
    }

    // The latest candidate is the likeliest, after what the pass before has found.
    private static BlockReference? FindEqual(BlockWork work)
    {
        if (work.Before.IsStored && work.Before.Digest == work.Digest)
        {
            return work.Before;
        }

        var at = work.Candidates.FindLastIndex(candidate => candidate.Digest == work.Digest);
        return at < 0 ? null : work.Candidates[at];
    }
}
