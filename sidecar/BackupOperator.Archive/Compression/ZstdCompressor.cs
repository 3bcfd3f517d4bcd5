namespace BackupOperator.Archive.Compression;

/// <summary>Compresses one block at a time into a frame of its own; for one thread at a time.</summary>
public sealed class ZstdCompressor : IDisposable
{
    // 32 KiB of table stay in the nearest cache of a core. Beside the level's own 64 KiB that saves a tenth of the time and
    // costs a hundredth of the bytes.
    private const int SmallTable = 13;

    private nint _context;

    /// <param name="level">1 (fast) to 19 (small).</param>
    public ZstdCompressor(int level)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(level, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(level, 19);
        _context = LibZstd.CreateCCtx();
        LibZstd.Check(LibZstd.CCtxSetParameter(_context, LibZstd.CompressionLevel, level));
        if (level == 1)
        {
            LibZstd.Check(LibZstd.CCtxSetParameter(_context, LibZstd.HashLog, SmallTable));
        }
    }

    /// <summary>The most bytes that a frame of <paramref name="size"/> plain bytes can take.</summary>
    public static int Bound(int size) => (int)LibZstd.CompressBound((nuint)size);

    /// <returns>The frame's length in <paramref name="destination"/>, which is at least <see cref="Bound"/> long.</returns>
    public unsafe int Compress(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(_context == 0, this);
        fixed (byte* to = destination)
        fixed (byte* from = source)
        {
            return (int)LibZstd.Check(LibZstd.Compress2(_context, to, (nuint)destination.Length, from, (nuint)source.Length));
        }
    }

    public void Dispose()
    {
        if (_context != 0)
        {
            LibZstd.FreeCCtx(_context);
            _context = 0;
        }
    }
}
