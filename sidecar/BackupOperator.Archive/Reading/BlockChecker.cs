using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Compression;
using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Storage;

namespace BackupOperator.Archive.Reading;

/// <summary>Turns stored bytes into the block that the manifest promises, or says which one is damaged; one for each thread.</summary>
internal sealed class BlockChecker(IObjectStore store) : IDisposable
{
    private readonly ZstdDecompressor _zstd = new();
    private readonly byte[] _plain = GC.AllocateUninitializedArray<byte>(ArchiveFormat.BlockSize);

    /// <returns>The plain bytes, until the next call.</returns>
    public ReadOnlyMemory<byte> Open(ReadOnlyMemory<byte> stored, ManifestPack pack, string file, int index, BlockReference block, int plainLength)
    {
        if (BlockChecksum.Of(stored.Span) != block.Checksum)
        {
            throw Damaged(pack, file, index, block, "its checksum is another");
        }

        var plain = block.Length == plainLength ? stored : Decompress(stored, pack, file, index, block, plainLength);
        return BlockDigest.Of(plain.Span) == block.Digest ? plain : throw Damaged(pack, file, index, block, "its SHA-256 is another");
    }

    public void Dispose() => _zstd.Dispose();

    /// <summary>The error for a block that cannot be had.</summary>
    public CorruptArchiveException Damaged(ManifestPack pack, string file, int index, BlockReference block, string why, Exception? inner = null) =>
        new($"Block {index} of {file} is damaged in {store.Describe(pack.Key)} at offset {block.Offset}: {why}.", inner)
        {
            StoredAs = store.Describe(pack.Key),
            File = file,
            Block = index,
            Offset = block.Offset,
        };

    private ReadOnlyMemory<byte> Decompress(ReadOnlyMemory<byte> stored, ManifestPack pack, string file, int index, BlockReference block, int plainLength)
    {
        try
        {
            var size = _zstd.Decompress(stored.Span, _plain.AsSpan(0, plainLength));
            return size == plainLength ? _plain.AsMemory(0, size) : throw new ZstdException($"it holds {size} bytes instead of {plainLength}");
        }
        catch (ZstdException error)
        {
            throw Damaged(pack, file, index, block, error.Message, error);
        }
    }
}
