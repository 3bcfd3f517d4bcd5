using System.Security.Cryptography;

namespace BackupOperator.Archive.Storage;

/// <summary>An object from its beginning to its end, by ranged reads; it blocks, so it belongs on a thread of its own.</summary>
internal sealed class ObjectReadStream(IObjectStore store, string key, long size, CancellationToken cancellationToken) : Stream
{
    private const int FirstWindow = 128 << 10;
    private const int LargestWindow = 4 << 20;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] _buffer = [];
    private int _window = FirstWindow;
    private int _at;
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => size;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <summary><c>sha256:</c> and hex digits over what has been fetched so far; the object's, once it is read to its end.</summary>
    public string Digest() => $"sha256:{Convert.ToHexStringLower(_hash.GetCurrentHash())}";

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        if (_at == _buffer.Length)
        {
            if (_position == size)
            {
                return 0;
            }

            _buffer = new byte[(int)Math.Min(_window, size - _position)];
            store.ReadAsync(key, _position, _buffer, cancellationToken).GetAwaiter().GetResult();
            _hash.AppendData(_buffer);
            _position += _buffer.Length;
            _at = 0;

            // The beginning is often all that is wanted.
            _window = Math.Min(_window * 4, LargestWindow);
        }

        var count = Math.Min(buffer.Length, _buffer.Length - _at);
        _buffer.AsSpan(_at, count).CopyTo(buffer);
        _at += count;
        return count;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }
}
