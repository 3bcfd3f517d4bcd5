using System.Text.Json;
using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Compression;
using BackupOperator.Archive.Encryption;

namespace BackupOperator.Archive.Manifests;

/// <summary>
/// Reads a manifest line by line and trusts nothing in it: every path, size, block and total is checked before anything
/// is made of it. All errors are <see cref="CorruptArchiveException"/>; errors of the store pass through.
/// </summary>
internal sealed class ManifestReader : IDisposable
{
    private readonly string _name;
    private readonly string _path;
    private readonly ZstdReadStream _plain;
    private readonly LineReader _lines;
    private readonly List<ManifestPack> _packs = [];
    private readonly HashSet<string> _directories = new(StringComparer.Ordinal);
    private readonly TotalsCounter _totals = new();
    private readonly List<(int Index, BlockReference Block)> _blocks = [];
    private LineOpener? _opener;
    private JsonDocument? _pending;
    private string? _last;

    /// <param name="path">The backup's folder: where packs lie that do not say another one.</param>
    /// <param name="name">How messages name the manifest.</param>
    public ManifestReader(Stream stored, string path, string name)
    {
        _path = path;
        _name = name;
        _plain = new ZstdReadStream(stored);
        _lines = new LineReader(_plain, ArchiveFormat.LongestLine);
        try
        {
            Header = Parse(ReadHeader);
            ReadPacks();
        }
        catch
        {
            // Nobody else has it yet to do so.
            Dispose();
            throw;
        }
    }

    public ManifestHeader Header { get; }

    public IReadOnlyList<ManifestPack> Packs => _packs;

    /// <summary>Reads the entries, once; a manifest that is not whole is found at its end.</summary>
    /// <param name="key">The backup's own key; null where it is not encrypted.</param>
    public void ReadEntries(ManifestVisitor visitor, DataKey? key, CancellationToken cancellationToken)
    {
        if (Header.IsEncrypted)
        {
            _opener = new LineOpener(key ?? throw new ArgumentNullException(nameof(key)));
        }

        while (Next() is { } line)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ManifestEntry entry;
            using (line)
            {
                if (line.RootElement.TryGetProperty("end", out var end))
                {
                    Parse(() => Finish(end));
                    return;
                }

                entry = Parse(() => ReadEntry(line.RootElement));
            }

            _totals.Add(entry);
            visitor.Begin(entry);
            ReadBlocks(entry, visitor);
            visitor.End(entry);
        }

        throw Corrupt("it ends before its last line");
    }

    public void Dispose()
    {
        _pending?.Dispose();
        _opener?.Dispose();
        _plain.Dispose();
    }

    private void ReadPacks()
    {
        while (Next() is { } line)
        {
            if (!line.RootElement.TryGetProperty("pack", out _))
            {
                _pending = line;
                break;
            }

            using (line)
            {
                _packs.Add(Parse(() => ReadPack(line.RootElement)));
            }
        }
    }

    private ManifestHeader ReadHeader()
    {
        using var line = Next() ?? throw Corrupt("it is empty");
        if (!line.RootElement.TryGetProperty("manifest", out var version) || !version.TryGetInt32(out var number))
        {
            throw Corrupt("its first line is no header");
        }

        if (number != ArchiveFormat.Version)
        {
            throw Corrupt($"its format version is {number}, and this program reads version {ArchiveFormat.Version}; use a newer one");
        }

        var header = line.RootElement.Deserialize<ManifestHeader>(ManifestJson.Options);
        return header is { BlockSize: ArchiveFormat.BlockSize, BackupId.Length: > 0 and < 256, Consistency: not null, Facts: not null, Excluded: not null, Totals: not null, StoredBytes: >= 0 }
            && header.Root is { Mode: >= 0 and <= 0xFFF } && IsSane(header.Parent)
                ? header.Encryption is null or ManifestHeader.AesGcm ? header : throw Corrupt("it is encrypted in a way that this program does not know; use a newer one")
                : throw Corrupt("its header is not complete");
    }

    private static bool IsSane(ManifestParent? parent) =>
        parent is null or { BackupId.Length: > 0 and < 256, Path: not null, Manifest: not null } && (parent is null || ArchivePath.Refuse(parent.Path) is null);

    private ManifestPack ReadPack(JsonElement root)
    {
        var pack = new ManifestPack(
            root.TryGetProperty("path", out _) ? Text(root, "path") : _path,
            (int)Number(root, "pack", 0, ArchiveFormat.LastPack),
            Number(root, "size", 1, ArchiveFormat.LargestPack),
            (int)Number(root, "chunk", ArchiveFormat.BlockSize, ArchiveFormat.LargestChunk),
            Text(root, "digest"),
            root.TryGetProperty("tag", out _) ? Text(root, "tag") : null);
        if (ArchivePath.Refuse(pack.Path) is { } reason)
        {
            throw Corrupt($"the path {Show(pack.Path)} of pack {pack.Number} {reason}");
        }

        return BlockDigest.TryParse(pack.Digest, out _) ? pack : throw Corrupt($"the digest of pack {pack.Number} is none");
    }

    private ManifestEntry ReadEntry(JsonElement root)
    {
        var (kind, path) = root.TryGetProperty("file", out var name) ? (ManifestEntryKind.File, name)
            : root.TryGetProperty("dir", out name) ? (ManifestEntryKind.Directory, name)
            : root.TryGetProperty("link", out name) ? (ManifestEntryKind.Link, name)
            : throw Corrupt("a line is neither file, directory, link nor end");
        var text = path.GetString() ?? throw Corrupt("a path is no text");
        RefusePath(text);
        var target = kind == ManifestEntryKind.Link ? Text(root, "target") : null;
        if (target is not null && LinkTarget.Refuse(text, target) is { } wrong)
        {
            throw Corrupt($"the link {Show(text)} {wrong}");
        }

        if (kind == ManifestEntryKind.Directory)
        {
            _directories.Add(text);
        }

        return new ManifestEntry
        {
            Kind = kind,
            Path = text,
            Mode = (int)Number(root, "mode", 0, 0xFFF),
            UserId = (uint)Number(root, "uid", 0, uint.MaxValue),
            GroupId = (uint)Number(root, "gid", 0, uint.MaxValue),
            ModifiedNs = Number(root, "mtime", long.MinValue, long.MaxValue),
            ChangedNs = root.TryGetProperty("ctime", out _) ? Number(root, "ctime", long.MinValue, long.MaxValue) : null,
            Inode = root.TryGetProperty("inode", out var inode) ? inode.TryGetUInt64(out var number) ? number : throw Corrupt("a number is out of its range") : null,
            Size = kind == ManifestEntryKind.File ? Number(root, "size", 0, ArchiveFormat.LargestFile) : 0,
            Target = target,
        };
    }

    // In the order of their paths, so none comes twice; and below nothing but a directory that came before, so none leads
    // through a link or a file.
    private void RefusePath(string path)
    {
        if (ArchivePath.Refuse(path) is { } reason)
        {
            throw new CorruptArchiveException($"{_name} is not to be trusted: the path {Show(path)} {reason}.") { StoredAs = _name, File = path };
        }

        if (ArchiveFormat.IsReserved(path))
        {
            throw Corrupt($"the name {Show(path)} is reserved");
        }

        if (_last is not null && ArchivePath.Compare(_last, path) >= 0)
        {
            throw Corrupt($"the entry {Show(path)} is out of order");
        }

        _last = path;
        var slash = path.LastIndexOf('/');
        if (slash >= 0 && !_directories.Contains(path[..slash]))
        {
            throw Corrupt($"the path {Show(path)} is below what is no directory");
        }
    }

    private void ReadBlocks(ManifestEntry file, ManifestVisitor visitor)
    {
        var expected = file.BlockCount;
        for (var index = 0; index < expected;)
        {
            _blocks.Clear();
            using (var line = Next() ?? throw Corrupt($"it ends within {Show(file.Path)}"))
            {
                index = Parse(() => ReadLine(line.RootElement, file, index, _blocks));
            }

            foreach (var (number, block) in _blocks)
            {
                _totals.Add(file, number, block);
                visitor.Block(file, number, block);
            }
        }
    }

    /// <returns>The number of the block that the next line begins with.</returns>
    private int ReadLine(JsonElement root, ManifestEntry file, int index, List<(int Index, BlockReference Block)> blocks)
    {
        if (!root.TryGetProperty("blocks", out var array) || array.ValueKind != JsonValueKind.Array || array.GetArrayLength() is 0 or > ArchiveFormat.BlocksPerLine)
        {
            throw Corrupt($"{Show(file.Path)} has fewer blocks than its size needs");
        }

        foreach (var item in array.EnumerateArray())
        {
            if (index >= file.BlockCount)
            {
                throw Corrupt($"{Show(file.Path)} has more blocks than its size needs");
            }

            if (item.ValueKind == JsonValueKind.Number)
            {
                index += (int)Number(item, 1, file.BlockCount - index);
            }
            else
            {
                blocks.Add((index, ReadBlock(item, file, index)));
                index++;
            }
        }

        return index;
    }

    private BlockReference ReadBlock(JsonElement item, ManifestEntry file, int index)
    {
        if (item.ValueKind != JsonValueKind.Array || item.GetArrayLength() is not (5 or 6))
        {
            throw Corrupt($"block {index} of {Show(file.Path)} is none");
        }

        var plainLength = file.BlockLength(index);
        var (pack, offset, length, checksum) = ReadPlace(item, plainLength);
        return BlockDigest.TryParse(item[4].GetString(), out var digest)
            ? new BlockReference(pack, offset, length, checksum, digest, item.GetArrayLength() == 6 ? ReadPatches(item[5], plainLength) : null)
            : throw Corrupt($"the digest of block {index} of {Show(file.Path)} is none");
    }

    private BlockPatch[] ReadPatches(JsonElement list, int blockLength)
    {
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() is 0 or > BlockReference.MostPatches)
        {
            throw Corrupt("a block has no patches, or too many");
        }

        return [.. list.EnumerateArray().Select(item =>
        {
            if (item.ValueKind != JsonValueKind.Array || item.GetArrayLength() != 5 || !item[4].TryGetInt64(out var pieces) || !Pieces.AreIn(blockLength, pieces))
            {
                throw Corrupt("a patch is none");
            }

            var (pack, offset, length, checksum) = ReadPlace(item, Pieces.Length(blockLength, (ushort)pieces));
            return new BlockPatch(pack, offset, length, checksum, (ushort)pieces);
        })];
    }

    private (int Pack, uint Offset, int Length, uint Checksum) ReadPlace(JsonElement item, int plainLength)
    {
        var overhead = Header.IsEncrypted ? FrameCipher.Overhead : 0;
        var pack = (int)Number(item[0], 0, _packs.Count - 1L);
        var length = (int)Number(item[2], 1 + overhead, plainLength + overhead);
        var offset = (uint)Number(item[1], 0, Math.Min(uint.MaxValue, _packs[pack].Size - length));
        return (pack, offset, length, (uint)Number(item[3], 0, uint.MaxValue));
    }

    private bool Finish(JsonElement end)
    {
        var told = end.Deserialize<ManifestTotals>(ManifestJson.Options);
        if (told != _totals.Totals || told != Header.Totals)
        {
            throw Corrupt("its totals are not those of its entries");
        }

        // Reading on finds the frame's checksum and the seal, and whatever stands behind the end.
        if (Next() is { } more)
        {
            more.Dispose();
            throw Corrupt("it goes on behind its last line");
        }

        return true;
    }

    private JsonDocument? Next()
    {
        if (_opener is null && _pending is { } pending)
        {
            _pending = null;
            return pending;
        }

        return Parse(() => _opener is null ? NextFrom(_lines) : NextSealed(_opener));
    }

    private JsonDocument? NextSealed(LineOpener opener)
    {
        while (true)
        {
            if (opener.Lines is { } lines && NextFrom(lines) is { } line)
            {
                return line;
            }

            using var stored = _pending ?? NextFrom(_lines);
            _pending = null;
            if (stored is null)
            {
                return null;
            }

            if (!stored.RootElement.TryGetProperty("sealed", out var content) || !opener.TryOpen(content.GetString()))
            {
                throw Corrupt("a line cannot be decrypted");
            }
        }
    }

    private JsonDocument? NextFrom(LineReader lines)
    {
        if (!lines.TryRead(out var line))
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

    private T Parse<T>(Func<T> parse)
    {
        try
        {
            return parse();
        }
        catch (Exception error) when (error is ZstdException or FormatException or JsonException or InvalidOperationException or NotSupportedException)
        {
            throw Corrupt(error.Message.TrimEnd('.'), error);
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
