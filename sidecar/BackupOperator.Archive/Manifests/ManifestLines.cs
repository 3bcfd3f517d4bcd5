using System.Text.Json;
using BackupOperator.Archive.Compression;
using BackupOperator.Archive.Encryption;

namespace BackupOperator.Archive.Manifests;

/// <summary>The lines of a manifest, decrypted where they are sealed; each is one object.</summary>
internal sealed class ManifestLines(Stream stored, ManifestChecks checks) : IDisposable
{
    private readonly ZstdReadStream _plain = new(stored);
    private LineReader? _lines;
    private LineOpener? _opener;
    private JsonDocument? _pending;

    /// <summary>Plain bytes that were read.</summary>
    public long BytesRead { get; private set; }

    /// <summary>From here on all lines are sealed.</summary>
    public void Unseal(DataKey key) => _opener = new LineOpener(key);

    /// <summary>Gives back the line that was read last.</summary>
    public void Return(JsonDocument line) => _pending = line;

    /// <returns>Null at the end.</returns>
    public JsonDocument? Next()
    {
        if (_opener is null && _pending is { } pending)
        {
            _pending = null;
            return pending;
        }

        return checks.Parse(() => _opener is null ? NextStored() : NextSealed(_opener));
    }

    public void Dispose()
    {
        _pending?.Dispose();
        _opener?.Dispose();
        _plain.Dispose();
    }

    private JsonDocument? NextSealed(LineOpener opener)
    {
        while (true)
        {
            if (opener.Lines is { } lines && NextFrom(lines) is { } line)
            {
                return line;
            }

            using var outer = _pending ?? NextStored();
            _pending = null;
            if (outer is null)
            {
                return null;
            }

            if (!outer.RootElement.TryGetProperty("sealed", out var content) || !opener.TryOpen(content.GetString()))
            {
                throw checks.Corrupt("a line cannot be decrypted");
            }
        }
    }

    private JsonDocument? NextFrom(LineReader lines)
    {
        if (!lines.TryRead(out var line))
        {
            return null;
        }

        BytesRead += line.Length;
        var document = JsonDocument.Parse(line, ManifestJson.Reader);
        if (document.RootElement.ValueKind == JsonValueKind.Object)
        {
            return document;
        }

        document.Dispose();
        throw checks.Corrupt("a line is no object");
    }

    private JsonDocument? NextStored() => NextFrom(_lines ??= new LineReader(_plain, ArchiveFormat.LongestLine));
}
