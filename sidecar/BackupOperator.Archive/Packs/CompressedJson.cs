using System.Text.Json;
using BackupOperator.Archive.Compression;
using BackupOperator.Archive.Encryption;
using BackupOperator.Archive.Manifests;

namespace BackupOperator.Archive.Packs;

/// <summary>Small JSON objects in zstd frames, encrypted where the backup is.</summary>
internal static class CompressedJson
{
    private const int LargestStored = 32 << 20;
    private const int LargestPlain = 128 << 20;

    // A token is written with every part and read once at most, and half of it are hashes: more than this costs and gains little.
    private const int Level = 1;

    public static ReadOnlyMemory<byte> Write<T>(T value, DataKey? key = null)
    {
        var to = new MemoryStream();
        using (var compressed = new ZstdWriteStream(to, Level))
        {
            JsonSerializer.Serialize(compressed, value, ManifestJson.Options);
            compressed.Complete();
        }

        return key is null ? to.GetBuffer().AsMemory(0, (int)to.Length) : Seal(to.GetBuffer().AsSpan(0, (int)to.Length), key);
    }

    /// <returns>Null where the object is missing, damaged or larger than it can be.</returns>
    public static async Task<T?> ReadAsync<T>(Storage.IObjectStore store, string name, DataKey? key, CancellationToken cancellationToken)
        where T : class
    {
        if (await store.FindAsync(name, cancellationToken) is not { Size: <= LargestStored } found)
        {
            return null;
        }

        var stored = new byte[found.Size];
        await store.ReadAsync(name, 0, stored, cancellationToken);
        return key is null ? Parse<T>(stored) : Open(stored, key) is { } plain ? Parse<T>(plain) : null;
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

    private static byte[] Seal(ReadOnlySpan<byte> plain, DataKey key)
    {
        using var cipher = key.ForTables();
        var stored = new byte[plain.Length + FrameCipher.Overhead];
        cipher.Seal(plain, stored);
        return stored;
    }

    private static byte[]? Open(byte[] stored, DataKey key)
    {
        using var cipher = key.ForTables();
        var plain = new byte[Math.Max(0, stored.Length - FrameCipher.Overhead)];
        return cipher.TryOpen(stored, plain) ? plain : null;
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
