using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Compression;

namespace BackupOperator.Archive.Writing;

/// <summary>Hashes a block, and compresses it unless it is stored already; one for each thread.</summary>
internal sealed class BlockWorker(int? level) : IDisposable
{
    private readonly ZstdCompressor? _compressor = level is { } wanted ? new ZstdCompressor(wanted) : null;

    public void Process(BlockWork work)
    {
        var plain = work.Plain.AsSpan(0, work.Length);
        if (plain.IndexOfAnyExcept((byte)0) < 0)
        {
            work.Known = BlockReference.Hole;
            return;
        }

        work.Digest = BlockDigest.Of(plain);
        if (work.Candidate.IsStored && work.Candidate.Digest == work.Digest)
        {
            work.Known = work.Candidate;
            return;
        }

        var size = _compressor?.Compress(plain, work.Packed) ?? int.MaxValue;
        work.Stored = size < work.Length ? work.Packed.AsMemory(0, size) : work.Plain.AsMemory(0, work.Length);
        work.Checksum = BlockChecksum.Of(work.Stored.Span);
    }

    public void Dispose() => _compressor?.Dispose();
}
