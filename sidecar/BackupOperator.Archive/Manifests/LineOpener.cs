using BackupOperator.Archive.Compression;
using BackupOperator.Archive.Encryption;

namespace BackupOperator.Archive.Manifests;

/// <summary>Opens what a <see cref="LineSealer"/> has sealed, in the same order.</summary>
internal sealed class LineOpener(DataKey key) : IDisposable
{
    private readonly FrameCipher _cipher = key.ForManifest();
    private readonly ZstdDecompressor _zstd = new();
    private readonly byte[] _plain = new byte[LineSealer.Most];
    private int _number;

    /// <summary>The lines that were opened last; null before.</summary>
    public LineReader? Lines { get; private set; }

    /// <returns>False where they are not the ones that belong here.</returns>
    /// <exception cref="FormatException">It is no Base64.</exception>
    /// <exception cref="ZstdException">It holds more than it can.</exception>
    public bool TryOpen(string? text)
    {
        var stored = Convert.FromBase64String(text ?? "");
        var packed = new byte[Math.Max(0, stored.Length - FrameCipher.Overhead)];
        if (!_cipher.TryOpen(stored, packed, LineSealer.PlaceOf(_number++)))
        {
            return false;
        }

        var size = _zstd.Decompress(packed, _plain);
        Lines = new LineReader(new MemoryStream(_plain, 0, size, writable: false), ArchiveFormat.LongestLine);
        return true;
    }

    public void Dispose()
    {
        _cipher.Dispose();
        _zstd.Dispose();
    }
}
