namespace BackupOperator.Archive.Compression;

/// <summary>Decompresses one frame at a time; for one thread at a time.</summary>
public sealed class ZstdDecompressor : IDisposable
{
    private nint _context = LibZstd.CreateDCtx();

    /// <returns>How many bytes the frame held.</returns>
    /// <exception cref="ZstdException">The data is no frame, or holds more than <paramref name="destination"/> takes.</exception>
    public unsafe int Decompress(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(_context == 0, this);
        fixed (byte* to = destination)
        fixed (byte* from = source)
        {
            return (int)LibZstd.Check(LibZstd.Decompress(_context, to, (nuint)destination.Length, from, (nuint)source.Length));
        }
    }

    public void Dispose()
    {
        if (_context != 0)
        {
            LibZstd.FreeDCtx(_context);
            _context = 0;
        }
    }
}
