using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Compression;
using BackupOperator.Archive.Encryption;
using BenchmarkDotNet.Attributes;

namespace BackupOperator.Archive.Benchmarks;

/// <summary>What is done with every block of 1 MiB; pages as InnoDB fills them.</summary>
[MemoryDiagnoser]
public class BlockBenchmarks : IDisposable
{
    private readonly byte[] _plain = new byte[ArchiveFormat.BlockSize];
    private readonly byte[] _packed = new byte[ZstdCompressor.Bound(ArchiveFormat.BlockSize)];
    private readonly byte[] _sealed = new byte[ArchiveFormat.LargestStoredBlock];
    private readonly byte[] _opened = new byte[ArchiveFormat.BlockSize];
    private readonly ZstdCompressor _compressor = new(1);
    private readonly ZstdDecompressor _decompressor = new();
    private readonly FrameCipher _cipher = DataKey.New("benchmark").ForBlocks();
    private int _size;

    [GlobalSetup]
    public void Fill()
    {
        var random = new Random(1);
        for (var page = 0; page < _plain.Length; page += 16384)
        {
            for (var at = page; at < page + 12000; at++)
            {
                _plain[at] = (byte)random.Next(0, at % 7 == 0 ? 256 : 24);
            }
        }

        _size = _compressor.Compress(_plain, _packed);
        _cipher.Seal(_plain, _sealed);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _compressor.Dispose();
        _decompressor.Dispose();
        _cipher.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public bool LookForZeros() => _opened.AsSpan().IndexOfAnyExcept((byte)0) < 0;

    [Benchmark]
    public BlockDigest Digest() => Pieces.Digest(_plain);

    [Benchmark]
    public uint Checksum() => BlockChecksum.Of(_plain);

    [Benchmark]
    public int Compress() => _compressor.Compress(_plain, _packed);

    [Benchmark]
    public int Decompress() => _decompressor.Decompress(_packed.AsSpan(0, _size), _opened);

    [Benchmark]
    public int Encrypt() => _cipher.Seal(_plain, _sealed);

    [Benchmark]
    public bool Decrypt() => _cipher.TryOpen(_sealed, _opened);
}
