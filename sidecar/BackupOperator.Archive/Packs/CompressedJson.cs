using System.Text.Json;
using BackupOperator.Archive.Compression;
using BackupOperator.Archive.Manifests;

namespace BackupOperator.Archive.Packs;

/// <summary>Small JSON objects in zstd frames.</summary>
internal static class CompressedJson
{
    private const int LargestStored = 32 << 20;
    private const int LargestPlain = 128 << 20;

    public static ReadOnlyMemory<byte> Write<T>(T value)
    {
        var to = new MemoryStream();
        using (var compressed = new ZstdWriteStream(to))
        {
            JsonSerializer.Serialize(compressed, value, ManifestJson.Options);
            compressed.Complete();
        }

        return to.GetBuffer().AsMemory(0, (int)to.Length);
    }

    /// <returns>Null where the object is missing, damaged or larger than it can be.</returns>
    public static async Task<T?> ReadAsync<T>(Storage.IObjectStore store, string key, CancellationToken cancellationToken)
        where T : class
    {
        if (await store.FindAsync(key, cancellationToken) is not { Size: <= LargestStored } found)
        {
            return null;
        }

        var stored = new byte[found.Size];
        await store.ReadAsync(key, 0, stored, cancellationToken);
        return Parse<T>(stored);
    }

    /// <returns>Null where the bytes are not such an object.</returns>
    public static T? Parse<T>(byte[] stored)
        where T : class
    {
        try
        {
            using var plain = new BoundedStream(new ZstdReadStream(new MemoryStream(stored)), Math.Min(LargestPlain, Math.Max(1 << 20, stored.Length * 64L)));
            return JsonSerializer.Deserialize<T>(plain, ManifestJson.Options);
        }
        catch (Exception error) when (error is JsonException or ZstdException or NotSupportedException or InvalidDataException)
        {
            return null;
        }
    }

    private sealed class BoundedStream(Stream from, long most) : Stream
    {
        private long _left = most;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = from.Read(buffer, offset, count);
            _left -= read;
            return _left >= 0 ? read : throw new InvalidDataException("larger than it can be");
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            from.Dispose();
            base.Dispose(disposing);
        }
    }
}
