using System.Security.Cryptography;
using BackupOperator.Archive.Blocks;

namespace BackupOperator.Archive.Storage;

/// <summary>
/// Writes an object of unknown size: in one request while it is small, else in parts. Nothing is to be seen before
/// <see cref="CompleteAsync"/>. It blocks, so it belongs on a thread of its own.
/// </summary>
internal sealed class ObjectWriteStream(IObjectStore store, string key, CancellationToken cancellationToken) : Stream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<StoredPart> _parts = [];

    // Whole from the beginning, since what is not written to takes no memory, and what grows is copied again and again.
    private readonly byte[] _part = GC.AllocateUninitializedArray<byte>(store.PartSize);
    private int _filled;
    private string? _uploadId;
    private long _length;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _length;

    public override long Position
    {
        get => _length;
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _hash.AppendData(buffer);
        _length += buffer.Length;
        while (buffer.Length > 0)
        {
            var count = Math.Min(buffer.Length, _part.Length - _filled);
            buffer[..count].CopyTo(_part.AsSpan(_filled));
            buffer = buffer[count..];
            _filled += count;
            if (_filled == _part.Length)
            {
                SendAsync().GetAwaiter().GetResult();
            }
        }
    }

    /// <summary>Makes the object appear, unless there is one of that name.</summary>
    /// <returns><c>sha256:</c> and hex digits over its bytes.</returns>
    public async Task<string> CompleteAsync()
    {
        if (_uploadId is null)
        {
            await store.PutAsync(key, _part.AsMemory(0, _filled), PutMode.CreateOnly, cancellationToken);
        }
        else
        {
            await SendAsync();
            await store.CompleteUploadAsync(key, _uploadId, _parts, createOnly: true, cancellationToken);
        }

        return $"sha256:{Convert.ToHexStringLower(_hash.GetHashAndReset())}";
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task SendAsync()
    {
        if (_filled > 0)
        {
            _uploadId ??= await store.BeginUploadAsync(key, cancellationToken);
            var content = _part.AsMemory(0, _filled);
            var sha256 = BlockDigest.Of(content.Span).ToString();
            _parts.Add(await store.UploadPartAsync(key, _uploadId, _parts.Count + 1, content, sha256, cancellationToken));
            _filled = 0;
        }
    }
}
