using BackupOperator.Archive.Compression;
using BackupOperator.Archive.Encryption;

namespace BackupOperator.Archive.Manifests;

/// <summary>
/// Lines of an encrypted manifest: some of them together are compressed, encrypted, and written as one line
/// <c>{"sealed": Base64}</c>. Each is bound to its place, so none can be left out or change places unseen.
/// </summary>
internal sealed class LineSealer(DataKey key) : IDisposable
{
    /// <summary>Lines are sealed when there are as many bytes; one more line fits in behind.</summary>
    private const int Enough = 128 << 10;

    /// <summary>Most plain bytes of a sealed line.</summary>
    public const int Most = Enough + ArchiveFormat.LongestLine;

    private readonly FrameCipher _cipher = key.ForManifest();
    private readonly ZstdCompressor _compressor = new(1);
    private readonly MemoryStream _lines = new();
    private int _number;

    /// <summary>What a sealed line is bound to.</summary>
    public static string PlaceOf(int number) => $"lines/{number}";

    /// <returns>What is to be written now, if it is enough.</returns>
    public string? Add(ReadOnlySpan<byte> line)
    {
        _lines.Write(line);
        return _lines.Length >= Enough ? Take() : null;
    }

    public string? Take()
    {
        if (_lines.Length == 0)
        {
            return null;
        }

        var packed = new byte[ZstdCompressor.Bound((int)_lines.Length)];
        var size = _compressor.Compress(_lines.GetBuffer().AsSpan(0, (int)_lines.Length), packed);
        var stored = new byte[size + FrameCipher.Overhead];
        _cipher.Seal(packed.AsSpan(0, size), stored, PlaceOf(_number++));
        _lines.SetLength(0);
        return Convert.ToBase64String(stored);
    }

    public void Dispose()
    {
        _cipher.Dispose();
        _compressor.Dispose();
        _lines.Dispose();
    }
}
