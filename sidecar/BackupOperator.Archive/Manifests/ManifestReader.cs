using System.Text.Json;
using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Compression;

namespace BackupOperator.Archive.Manifests;

/// <summary>
/// Reads a manifest line by line and trusts nothing in it: every path, size, block and total is checked before anything
/// is made of it. All errors are <see cref="CorruptArchiveException"/>.
/// </summary>
internal sealed class ManifestReader : IDisposable
{
    private const long LargestFile = 64L << 40;
    private readonly string _name;
    private readonly ZstdReadStream _plain;
    private readonly LineReader _lines;
    private readonly List<ManifestPack> _packs = [];
    private JsonDocument? _pending;

    /// <param name="name">How messages name the manifest.</param>
    public ManifestReader(Stream stored, string name)
    {
        _name = name;
        _plain = new ZstdReadStream(stored);
        _lines = new LineReader(_plain, ArchiveFormat.LongestLine);
        Header = ReadHeader();
        ReadPacks();
    }

    public ManifestHeader Header { get; }

    public IReadOnlyList<ManifestPack> Packs => _packs;

    /// <summary>Set when the last entry has been read.</summary>
    public ManifestTotals? Totals { get; private set; }

    /// <summary>The entries, once; a manifest that is not whole is found at its end.</summary>
    public IEnumerable<ManifestEntry> ReadEntries()
    {
        var totals = ManifestTotals.None;
        var links = new HashSet<string>(StringComparer.Ordinal);
        string? last = null;
        while (Take() is { } line)
        {
            using (line)
            {
                if (line.RootElement.TryGetProperty("end", out var end))
                {
                    Finish(end, totals);
                    yield break;
                }

                var entry = ReadEntry(line.RootElement);
                if (last is not null && string.CompareOrdinal(last, entry.Path) >= 0)
                {
                    throw Corrupt($"the entry {Show(entry.Path)} is out of order");
                }

                last = entry.Path;
                RefuseBelowLink(entry.Path, links);
                if (entry.Kind == ManifestEntryKind.Link)
                {
                    links.Add(entry.Path);
                }

                if (entry.Kind == ManifestEntryKind.File)
                {
                    entry = entry with { Blocks = ReadBlocks(entry) };
                }

                totals = totals.Add(entry);
                yield return entry;
            }
        }

        throw Corrupt("it ends before its last line");
    }

    public void Dispose()
    {
        _pending?.Dispose();
        _plain.Dispose();
    }

    private ManifestHeader ReadHeader()
    {
        using var line = Take() ?? throw Corrupt("it is empty");
        if (!line.RootElement.TryGetProperty("manifest", out var version) || !version.TryGetInt32(out var number))
        {
            throw Corrupt("its first line is no header");
        }

        if (number != ArchiveFormat.Version)
        {
            throw Corrupt($"its format version is {number}, and this program reads version {ArchiveFormat.Version}; use a newer one");
        }

        try
        {
            var header = line.RootElement.Deserialize<ManifestHeader>(ManifestJson.Options);
            return header is { BlockSize: ArchiveFormat.BlockSize, Facts: not null, Excluded: not null, BackupId.Length: > 0 and < 256 }
                ? header
                : throw Corrupt("its header is not complete");
        }
        catch (JsonException error)
        {
            throw Corrupt("its header cannot be read", error);
        }
    }

    private void ReadPacks()
    {
        while (Take() is { } line)
        {
            if (!line.RootElement.TryGetProperty("pack", out var number))
            {
                _pending = line;
                return;
            }

            using (line)
            {
                var root = line.RootElement;
                var pack = new ManifestPack(
                    Text(root, "path"), (int)Number(number, 0, 99_999), Number(root, "size", 1, ArchiveFormat.LargestPack), (int)Number(root, "chunk", 1 << 20, 512 << 20), Text(root, "digest"));
                if (ArchivePath.Refuse(pack.Path) is { } reason)
                {
                    throw Corrupt($"the path {Show(pack.Path)} of pack {pack.Number} {reason}");
                }

                if (!BlockDigest.TryParse(pack.Digest, out _))
                {
                    throw Corrupt($"the digest of pack {pack.Number} is none");
                }

                _packs.Add(pack);
            }
        }
    }

    private ManifestEntry ReadEntry(JsonElement root)
    {
        var (kind, path) = root.TryGetProperty("file", out var name) ? (ManifestEntryKind.File, name)
            : root.TryGetProperty("dir", out name) ? (ManifestEntryKind.Directory, name)
            : root.TryGetProperty("link", out name) ? (ManifestEntryKind.Link, name)
            : throw Corrupt("a line is neither file, directory, link nor end");
        var text = name.ValueKind == JsonValueKind.String ? name.GetString()! : throw Corrupt("a path is no text");
        if (ArchivePath.Refuse(text) is { } reason)
        {
            throw new CorruptArchiveException($"{_name} is not to be trusted: the path {Show(text)} {reason}.") { StoredAs = _name, File = text };
        }

        var target = kind == ManifestEntryKind.Link ? Text(root, "target") : null;
        if (target is not null && LinkTarget.Refuse(text, target) is { } wrong)
        {
            throw Corrupt($"the link {Show(text)} {wrong}");
        }

        return new ManifestEntry
        {
            Kind = kind,
            Path = text,
            Mode = (int)Number(root, "mode", 0, 0xFFF),
            UserId = (uint)Number(root, "uid", 0, uint.MaxValue),
            GroupId = (uint)Number(root, "gid", 0, uint.MaxValue),
            ModifiedNs = Number(root, "mtime", long.MinValue, long.MaxValue),
            Size = kind == ManifestEntryKind.File ? Number(root, "size", 0, LargestFile) : 0,
            Target = target,
        };
    }

    private List<BlockReference> ReadBlocks(ManifestEntry file)
    {
        var expected = ManifestEntry.BlockCount(file.Size);
        var blocks = new List<BlockReference>();
        var seen = 0;
        while (seen < expected)
        {
            using var line = Take() ?? throw Corrupt($"it ends within {Show(file.Path)}");
            if (!line.RootElement.TryGetProperty("blocks", out var array) || array.ValueKind != JsonValueKind.Array || array.GetArrayLength() == 0)
            {
                throw Corrupt($"{Show(file.Path)} has fewer blocks than its size needs");
            }

            foreach (var item in array.EnumerateArray())
            {
                var block = item.ValueKind == JsonValueKind.Number
                    ? BlockReference.Holes((int)Number(item, 1, expected - seen))
                    : ReadBlock(item, file, seen);
                if (seen >= expected)
                {
                    throw Corrupt($"{Show(file.Path)} has more blocks than its size needs");
                }

                blocks.Add(block);
                seen += block.IsHole ? block.Length : 1;
            }
        }

        return blocks;
    }

    private BlockReference ReadBlock(JsonElement item, ManifestEntry file, int index)
    {
        if (item.ValueKind != JsonValueKind.Array || item.GetArrayLength() != 4 || index >= ManifestEntry.BlockCount(file.Size))
        {
            throw Corrupt($"block {index} of {Show(file.Path)} is none");
        }

        var pack = (int)Number(item[0], 0, _packs.Count - 1L);
        var length = (int)Number(item[2], 1, file.BlockLength(index));
        var offset = (uint)Number(item[1], 0, Math.Min(uint.MaxValue, _packs[pack].Size - length));
        return item[3].ValueKind == JsonValueKind.String && BlockDigest.TryParse(item[3].GetString(), out var digest)
            ? new BlockReference(pack, offset, length, digest)
            : throw Corrupt($"the digest of block {index} of {Show(file.Path)} is none");
    }

    private void Finish(JsonElement end, ManifestTotals seen)
    {
        ManifestTotals? told;
        try
        {
            told = end.Deserialize<ManifestTotals>(ManifestJson.Options);
        }
        catch (JsonException error)
        {
            throw Corrupt("its last line cannot be read", error);
        }

        if (told != seen)
        {
            throw Corrupt("its totals are not those of its entries");
        }

        // Reading on finds the frame's checksum, and whatever stands behind the end.
        if (Take() is { } more)
        {
            more.Dispose();
            throw Corrupt("it goes on behind its last line");
        }

        Totals = seen;
    }

    private void RefuseBelowLink(string path, HashSet<string> links)
    {
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); links.Count > 0 && slash > 0; slash = path.IndexOf('/', slash + 1))
        {
            if (links.Contains(path[..slash]))
            {
                throw Corrupt($"the path {Show(path)} crosses a link");
            }
        }
    }

    private JsonDocument? Take()
    {
        if (_pending is { } pending)
        {
            _pending = null;
            return pending;
        }

        try
        {
            if (!_lines.TryRead(out var line))
            {
                return null;
            }

            var document = JsonDocument.Parse(line, ManifestJson.Reader);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
            throw Corrupt("a line is no object");
        }
        catch (Exception error) when (error is ZstdException or FormatException or JsonException or InvalidOperationException)
        {
            throw Corrupt(error.Message, error);
        }
    }

    private string Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 and <= 4096 } text
            ? text
            : throw Corrupt($"'{name}' is missing or no text");

    private long Number(JsonElement root, string name, long least, long most) =>
        root.TryGetProperty(name, out var value) ? Number(value, least, most) : throw Corrupt($"'{name}' is missing");

    private long Number(JsonElement value, long least, long most) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= least && number <= most
            ? number
            : throw Corrupt("a number is out of its range");

    private CorruptArchiveException Corrupt(string why, Exception? inner = null) =>
        new($"{_name} is damaged or not to be trusted: {why}.", inner) { StoredAs = _name };

    private static string Show(string path) => JsonSerializer.Serialize(path.Length > 200 ? path[..200] : path, ManifestJson.Options);
}
