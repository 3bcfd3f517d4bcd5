using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Compression;
using BackupOperator.Archive.Encryption;
using BackupOperator.Archive.Native;

namespace BackupOperator.Archive.Reading;

/// <summary>Turns stored bytes into the block that the manifest promises, or says which one is damaged; one for each thread.</summary>
internal sealed class BlockChecker(ArchiveReader archive) : IDisposable
{
    private readonly ZstdDecompressor _zstd = new();
    private readonly Dictionary<string, FrameCipher> _ciphers = new(StringComparer.Ordinal);
    private readonly PageBuffer _plain = new(ArchiveFormat.BlockSize);
    private readonly byte[] _patch = GC.AllocateUninitializedArray<byte>(ArchiveFormat.BlockSize);
    private byte[] _open = [];

    /// <param name="stored">The block as it lies in its pack.</param>
    /// <param name="patches">Finds the stored bytes of each of its patches.</param>
    /// <returns>The plain bytes, until the next call; at an address that a disk can be written from without a copy.</returns>
    /// <exception cref="CorruptArchiveException">It is damaged.</exception>
    public ReadOnlyMemory<byte> Open(in BlockPlace place, ReadOnlyMemory<byte> stored, Func<BlockPatch, ReadOnlyMemory<byte>> patches)
    {
        var plain = _plain.Memory[..place.PlainLength];
        var whole = OpenFrame(place, place.Frame, stored, plain);
        if (!whole.Equals(plain))
        {
            whole.CopyTo(plain);
        }

        foreach (var patch in place.Block.Patches ?? [])
        {
            Pieces.Scatter(OpenFrame(place, place.FrameOf(patch), patches(patch), _patch).Span, patch.Pieces, plain.Span);
        }

        return Pieces.Digest(plain.Span) == place.Block.Digest ? plain : throw Damaged(place, place.Frame, "its SHA-256 is another");
    }

    /// <summary>Checks the stored bytes of a frame, and that they can be decrypted; not what the block is made of.</summary>
    public void CheckFrame(in BlockPlace place, in StoredFrame frame, ReadOnlyMemory<byte> stored) => OpenFrame(place, frame, stored, _patch);

    public void Dispose()
    {
        _zstd.Dispose();
        _plain.Free();
        foreach (var cipher in _ciphers.Values)
        {
            cipher.Dispose();
        }
    }

    /// <summary>The error for a block that cannot be had.</summary>
    public CorruptArchiveException Damaged(in BlockPlace place, in StoredFrame frame, string why, Exception? inner = null)
    {
        var name = archive.Store.Describe(archive.Packs[frame.Pack].Key);
        return new CorruptArchiveException($"Block {place.Index} of {place.File} is damaged in {name} at offset {frame.Offset}: {why}.", inner)
        {
            StoredAs = name,
            File = place.File,
            Block = place.Index,
            Offset = frame.Offset,
        };
    }

    private ReadOnlyMemory<byte> OpenFrame(in BlockPlace place, in StoredFrame frame, ReadOnlyMemory<byte> stored, Memory<byte> buffer)
    {
        if (BlockChecksum.Of(stored.Span) != frame.Checksum)
        {
            throw Damaged(place, frame, "its checksum is another");
        }

        if (archive.KeyOf(archive.Packs[frame.Pack]) is { } key)
        {
            stored = Decrypt(place, frame, stored, key);
        }

        return stored.Length == frame.PlainLength ? stored : Decompress(place, frame, stored, buffer);
    }

    private ReadOnlyMemory<byte> Decrypt(in BlockPlace place, in StoredFrame frame, ReadOnlyMemory<byte> stored, DataKey key)
    {
        if (!_ciphers.TryGetValue(key.BackupId, out var cipher))
        {
            _ciphers[key.BackupId] = cipher = key.ForBlocks();
        }

        _open = _open.Length == 0 ? new byte[ArchiveFormat.BlockSize] : _open;
        return cipher.TryOpen(stored.Span, _open)
            ? _open.AsMemory(0, stored.Length - FrameCipher.Overhead)
            : throw Damaged(place, frame, "it cannot be decrypted");
    }

    private ReadOnlyMemory<byte> Decompress(in BlockPlace place, in StoredFrame frame, ReadOnlyMemory<byte> stored, Memory<byte> buffer)
    {
        try
        {
            var size = _zstd.Decompress(stored.Span, buffer.Span[..frame.PlainLength]);
            return size == frame.PlainLength ? buffer[..size] : throw new ZstdException($"it holds {size} bytes instead of {frame.PlainLength}");
        }
        catch (ZstdException error)
        {
            throw Damaged(place, frame, error.Message, error);
        }
    }
}
