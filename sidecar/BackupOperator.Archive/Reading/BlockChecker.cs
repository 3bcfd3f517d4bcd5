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
        ReadOnlyMemory<byte> plain;
        if (block.Length == plainLength)
        {
            plain = stored;
        }
        else
        {
            try
            {
                var size = _zstd.Decompress(stored.Span, _plain);
                plain = size == plainLength ? _plain.AsMemory(0, size) : throw new ZstdException($"it holds {size} bytes instead of {plainLength}");
            }
            catch (ZstdException error)
            {
                throw Damaged(pack, file, index, block, error.Message, error);
            }
        }

        return BlockDigest.Of(plain.Span) == block.Digest ? plain : throw Damaged(pack, file, index, block, "its SHA-256 is another", null);
    }

    public void Dispose() => _zstd.Dispose();

    private CorruptArchiveException Damaged(ManifestPack pack, string file, int index, BlockReference block, string why, Exception? inner) =>
        new($"Block {index} of {file} is damaged in {store.Describe(pack.Key)} at offset {block.Offset}: {why}.", inner)
        {
            StoredAs = store.Describe(pack.Key),
            File = file,
            Block = index,
        };
}
