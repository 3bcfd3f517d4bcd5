using System.Buffers;
using System.Security.Cryptography;

namespace BackupOperator.Archive.Compression;

/// <summary>Compresses what is written into one frame, with a checksum of the content at its end, and seals it.</summary>
public sealed class ZstdWriteStream : Stream
{
    private readonly Stream _to;
    private readonly byte[] _output = ArrayPool<byte>.Shared.Rent(128 << 10);
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private nint _context;

    public ZstdWriteStream(Stream to, int level = 3)
    {
        _to = to;
        _context = LibZstd.CreateCCtx();
        LibZstd.Check(LibZstd.CCtxSetParameter(_context, LibZstd.CompressionLevel, level));
        LibZstd.Check(LibZstd.CCtxSetParameter(_context, LibZstd.ChecksumFlag, 1));
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer) => Run(buffer, LibZstd.EndContinue);

    /// <summary>Ends the frame and seals it; the stream below stays open.</summary>
    public void Complete()
    {
        Run([], LibZstd.EndFrame);
        _to.Write(Seal.Make(_hash));
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (_context != 0)
        {
            LibZstd.FreeCCtx(_context);
            _context = 0;
            ArrayPool<byte>.Shared.Return(_output);
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }

    private unsafe void Run(ReadOnlySpan<byte> source, int directive)
    {
        ObjectDisposedException.ThrowIf(_context == 0, this);
        fixed (byte* from = source)
        fixed (byte* to = _output)
        {
            var input = new LibZstd.InBuffer { Source = (nint)from, Size = (nuint)source.Length };
            nuint left;
            do
            {
                var output = new LibZstd.OutBuffer { Destination = (nint)to, Size = (nuint)_output.Length };
                left = LibZstd.Check(LibZstd.CompressStream2(_context, ref output, ref input, directive));
                _hash.AppendData(_output, 0, (int)output.Position);
                _to.Write(_output, 0, (int)output.Position);
            }
            while (directive == LibZstd.EndFrame ? left != 0 : input.Position < input.Size);
        }
    }
}
