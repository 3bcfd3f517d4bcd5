using System.Buffers;
using System.Security.Cryptography;

namespace BackupOperator.Archive.Compression;

/// <summary>
/// Decompresses one sealed frame, and trusts it with nothing: a window of more than 8 MiB, a missing checksum, a reserved
/// bit, a seal that does not fit, or anything between or behind the two is an error, at the latest at the end.
/// </summary>
public sealed class ZstdReadStream : Stream
{
    private const int LargestWindowLog = 23;
    private static int _open;
    private readonly Stream _from;
    private readonly byte[] _input = ArrayPool<byte>.Shared.Rent(128 << 10);
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private nint _context;
    private int _start;
    private int _end;
    private int _filled;
    private bool _isOver;
    private bool _begun;
    private bool _finished;

    public ZstdReadStream(Stream from)
    {
        _from = from;
        _context = LibZstd.CreateDCtx();
        Interlocked.Increment(ref _open);
        LibZstd.Check(LibZstd.DCtxSetParameter(_context, LibZstd.WindowLogMax, LargestWindowLog));
    }

    /// <summary>How many of the process were not disposed of: each has memory that nobody else would free.</summary>
    internal static int Open => Volatile.Read(ref _open);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_context == 0, this);
        while (buffer.Length > 0 && !_finished)
        {
            if (_start == _end)
            {
                Fill();
            }

            if (!_begun)
            {
                CheckDescriptor();
            }

            var written = Step(buffer);
            if (_finished)
            {
                CheckEnd();
            }

            if (written > 0)
            {
                return written;
            }
        }

        return 0;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (_context != 0)
        {
            LibZstd.FreeDCtx(_context);
            Interlocked.Decrement(ref _open);
            _context = 0;
            ArrayPool<byte>.Shared.Return(_input);
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }

    // From _start to _end lie bytes of the frame; behind them, up to _filled, bytes that may be of the seal.
    private void Fill()
    {
        _input.AsSpan(_end, _filled - _end).CopyTo(_input);
        (_filled, _start, _end) = (_filled - _end, 0, 0);
        while (!_isOver && _filled < _input.Length)
        {
            var read = _from.Read(_input, _filled, _input.Length - _filled);
            _isOver = read == 0;
            _filled += read;
        }

        _end = _filled - Seal.Length;
        if (_end <= 0)
        {
            throw new ZstdException("the data ends in the middle");
        }

        _hash.AppendData(_input, 0, _end);
    }

    // RFC 8878, 3.1.1.1.1: the fifth byte describes the frame. Bit 4 is unused and bit 3 reserved, so a decoder does not
    // see them flip; bit 2 says that a checksum follows.
    private void CheckDescriptor()
    {
        if (_end < 5 || (_input[4] & 0b0001_1100) != 0b0000_0100)
        {
            throw new ZstdException("the header is not one of ours");
        }

        _begun = true;
    }

    private void CheckEnd()
    {
        if (_start < _end || (!_isOver && _from.Read(_input, 0, 1) > 0) || !Seal.IsRight(_input.AsSpan(_end, Seal.Length), _hash))
        {
            throw new ZstdException("the seal at the end is not that of the data before it");
        }
    }

    private unsafe int Step(Span<byte> buffer)
    {
        fixed (byte* from = _input)
        fixed (byte* to = buffer)
        {
            var input = new LibZstd.InBuffer { Source = (nint)from, Size = (nuint)_end, Position = (nuint)_start };
            var output = new LibZstd.OutBuffer { Destination = (nint)to, Size = (nuint)buffer.Length };
            _finished = LibZstd.Check(LibZstd.DecompressStream(_context, ref output, ref input)) == 0;
            _start = (int)input.Position;
            return (int)output.Position;
        }
    }
}
