using System.Collections.Concurrent;
using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Compression;
using BackupOperator.Archive.Encryption;
using BackupOperator.Archive.Packs;
using BackupOperator.Archive.Reading;

namespace BackupOperator.Archive.Merging;

/// <summary>Compresses, encrypts and stores blocks that were fetched, and remembers where they are.</summary>
internal sealed class Repacker(PackWriter packs, DataKey? key, int? level) : IDisposable
{
    private readonly ConcurrentBag<Tools> _free = [];
    private readonly SemaphoreSlim _appending = new(1);
    private readonly Dictionary<string, BlockList> _files = new(StringComparer.Ordinal);

    /// <summary>Blocks of a file will come.</summary>
    public void Expect(string file, int blocks)
    {
        lock (_files)
        {
            if (!_files.ContainsKey(file))
            {
                _files[file] = new BlockList(blocks);
            }
        }
    }

    public void Set(string file, int index, BlockReference block)
    {
        lock (_files)
        {
            _files[file][index] = block;
        }
    }

    /// <summary>Where a block is now.</summary>
    public BlockReference Find(string file, int index)
    {
        lock (_files)
        {
            return _files[file][index];
        }
    }

    /// <summary>All blocks that are stored.</summary>
    public IEnumerable<BlockReference> Stored() => _files.Values.SelectMany(file => file.Stored());

    /// <summary>Stores a block that was checked; called by many threads.</summary>
    public void Take(WantedBlock wanted, ReadOnlyMemory<byte> plain)
    {
        var place = wanted.Place;
        var tools = _free.TryTake(out var used) ? used : new Tools(level, key);
        try
        {
            var stored = tools.Pack(plain);
            var sums = new ulong[Pieces.Count(plain.Length)];
            Pieces.Digest(plain.Span, sums);
            var block = new PackBlock(place.File, place.Index, 0, stored.Length, BlockChecksum.Of(stored.Span), place.Block.Digest, 0, default, sums);
            _appending.Wait();
            try
            {
                // This thread is one that is made to wait.
                var (pack, offset) = packs.AppendAsync(block, stored).AsTask().GetAwaiter().GetResult();
                Set(place.File, place.Index, new BlockReference(pack, offset, stored.Length, block.Checksum, block.Digest));
            }
            finally
            {
                _appending.Release();
            }
        }
        finally
        {
            _free.Add(tools);
        }
    }

    public void Dispose()
    {
        _appending.Dispose();
        foreach (var tools in _free)
        {
            tools.Dispose();
        }
    }

    private sealed class Tools(int? level, DataKey? key) : IDisposable
    {
        private readonly ZstdCompressor? _compressor = level is { } wanted ? new ZstdCompressor(wanted) : null;
        private readonly FrameCipher? _cipher = key?.ForBlocks();
        private readonly byte[] _packed = new byte[ZstdCompressor.Bound(ArchiveFormat.BlockSize)];
        private readonly byte[] _sealed = new byte[ArchiveFormat.LargestStoredBlock];

        /// <returns>The stored bytes, until the next call.</returns>
        public ReadOnlyMemory<byte> Pack(ReadOnlyMemory<byte> plain)
        {
            var size = _compressor?.Compress(plain.Span, _packed) ?? int.MaxValue;
            var frame = size < plain.Length ? _packed.AsMemory(0, size) : plain;
            return _cipher is null ? frame : _sealed.AsMemory(0, _cipher.Seal(frame.Span, _sealed));
        }

        public void Dispose()
        {
            _compressor?.Dispose();
            _cipher?.Dispose();
        }
    }
}
