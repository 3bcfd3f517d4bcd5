using System.Buffers;

namespace BackupOperator.Archive.Compression;

/// <summary>
/// Decompresses one frame, and trusts it with nothing: a window of more than 8 MiB, a missing checksum, a reserved bit,
/// or anything behind the frame is an error.
/// </summary>
public sealed class ZstdReadStream : Stream
{
    private const int LargestWindowLog = 23;
    private readonly Stream _from;
    private readonly byte[] _input = ArrayPool<byte>.Shared.Rent(128 << 10);
    private nint _context;
    private int _start;
    private int _end;
    private bool _begun;
    private bool _finished;

    public ZstdReadStream(Stream from)
    {
        _from = from;
        _context = LibZstd.CreateDCtx();
        LibZstd.Check(LibZstd.DCtxSetParameter(_context, LibZstd.WindowLogMax, LargestWindowLog));
    }

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
                _start = 0;
                _end = _from.Read(_input);
                if (_end == 0)
                {
                    throw new ZstdException("the data ends in the middle");
                }
            }

            if (!_begun)
            {
                CheckDescriptor();
            }

            var written = Step(buffer);
            if (_finished && (_start < _end || _from.Read(_input) > 0))
            {
                throw new ZstdException("there is something behind the end");
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
            _context = 0;
            ArrayPool<byte>.Shared.Return(_input);
        }

        base.Dispose(disposing);
    }

    // RFC 8878, 3.1.1.1.1: the fifth byte describes the frame. Bit 4 is unused and bit 3 reserved, so a decoder does not
    // see them flip; bit 2 says that a checksum follows.
    private void CheckDescriptor()
    {
        while (_end - _start < 5)
        {
            var more = _from.Read(_input, _end, _input.Length - _end);
            if (more == 0)
            {
                throw new ZstdException("the data ends in the middle");
            }

            _end += more;
        }

        if ((_input[_start + 4] & 0b0001_1100) != 0b0000_0100)
        {
            throw new ZstdException("the header is not one of ours");
        }

        _begun = true;
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
