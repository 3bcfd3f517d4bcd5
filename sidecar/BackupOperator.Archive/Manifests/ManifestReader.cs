using System.Text.Json;
using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Encryption;

namespace BackupOperator.Archive.Manifests;

/// <summary>
/// Reads a manifest line by line and trusts nothing in it: every path, size, block and total is checked before anything
/// is made of it. All errors are <see cref="CorruptArchiveException"/>; errors of the store pass through.
/// </summary>
internal sealed class ManifestReader : IDisposable
{
    // What the line of a pack grows to is less: it has a digest, which cannot be compressed. And some for the header.
    private const int MostExpansion = 1024;
    private const int Spare = 16 << 20;

    private readonly string _path;
    private readonly long _mostBeforeEntries;
    private readonly ManifestChecks _checks;
    private readonly ManifestLines _lines;
    private readonly PackList _packs;
    private readonly TotalsCounter _totals = new();
    private readonly List<(int Index, BlockReference Block)> _found = [];

    /// <param name="path">The backup's folder: where packs lie that do not say another one.</param>
    /// <param name="name">How messages name the manifest.</param>
    public ManifestReader(Stream stored, string path, string name)
    {
        _path = path;
        _checks = new ManifestChecks(name);
        _lines = new ManifestLines(stored, _checks);
        _mostBeforeEntries = Spare + (stored.Length * MostExpansion);
        _packs = new PackList(PackList.MostIn(stored.Length));
        try
        {
            Header = _checks.Parse(ReadHeader);
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

    public IReadOnlyList<ManifestPack> Packs => _packs.Packs;

    /// <summary>Reads the entries, once; a manifest that is not whole is found at its end.</summary>
    /// <param name="key">The backup's own key; null where it is not encrypted.</param>
    public void ReadEntries(ManifestVisitor visitor, DataKey? key, CancellationToken cancellationToken)
    {
        if (Header.IsEncrypted)
        {
            _lines.Unseal(key ?? throw new ArgumentNullException(nameof(key)));
        }

        var (entries, blocks) = (new EntryLines(_checks), new BlockLines(_checks, Header, Packs));
        while (_lines.Next() is { } line)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ManifestEntry entry;
            using (line)
            {
                if (line.RootElement.TryGetProperty("end", out var end))
                {
                    _checks.Parse(() => Finish(end));
                    return;
                }

                entry = _checks.Parse(() => entries.Read(line.RootElement));
            }

            _totals.Add(entry);
            visitor.Begin(entry);
            ReadBlocks(entry, blocks, visitor);
            visitor.End(entry);
        }

        throw _checks.Corrupt("it ends before its last line");
    }

    public void Dispose() => _lines.Dispose();

    private void ReadPacks()
    {
        while (_lines.Next() is { } line)
        {
            if (!line.RootElement.TryGetProperty("pack", out _))
            {
                _lines.Return(line);
                break;
            }

            using (line)
            {
                _checks.Parse(() =>
                {
                    _packs.Add(ReadPack(line.RootElement));
                    return true;
                });
                if (_lines.BytesRead > _mostBeforeEntries)
                {
                    throw _checks.Corrupt("what stands before its entries is longer than it can be");
                }
            }
        }
    }

    private ManifestHeader ReadHeader()
    {
        using var line = _lines.Next() ?? throw _checks.Corrupt("it is empty");
        if (!line.RootElement.TryGetProperty("manifest", out var version) || !version.TryGetInt32(out var number))
        {
            throw _checks.Corrupt("its first line is no header");
        }

        if (number != ArchiveFormat.Version)
        {
            throw _checks.Corrupt($"its format version is {number}, and this program reads version {ArchiveFormat.Version}; use a newer one");
        }

        var header = line.RootElement.Deserialize<ManifestHeader>(ManifestJson.Options);
        return header is { BlockSize: ArchiveFormat.BlockSize, BackupId.Length: > 0 and < 256, Consistency: not null, Facts: not null, Excluded: not null, Totals: not null, StoredBytes: >= 0 }
            && header.Root is { Mode: >= 0 and <= 0xFFF } && IsSane(header.Parent)
                ? header.Encryption is null or ManifestHeader.AesGcm ? header : throw _checks.Corrupt("it is encrypted in a way that this program does not know; use a newer one")
                : throw _checks.Corrupt("its header is not complete");
    }

    private static bool IsSane(ManifestParent? parent) =>
        parent is null or { BackupId.Length: > 0 and < 256, Path: not null, Manifest: not null } && (parent is null || ArchivePath.Refuse(parent.Path) is null);

    private ManifestPack ReadPack(JsonElement root)
    {
        var pack = new ManifestPack(
            root.TryGetProperty("path", out _) ? _checks.Text(root, "path") : _path,
            (int)_checks.Number(root, "pack", 0, ArchiveFormat.LastPack),
            _checks.Number(root, "size", 1, ArchiveFormat.LargestPack),
            (int)_checks.Number(root, "chunk", ArchiveFormat.BlockSize, ArchiveFormat.LargestChunk),
            _checks.Text(root, "digest"),
            root.TryGetProperty("tag", out _) ? _checks.Text(root, "tag") : null);
        if (ArchivePath.Refuse(pack.Path) is { } reason)
        {
            throw _checks.Corrupt($"the path {ManifestChecks.Show(pack.Path)} of pack {pack.Number} {reason}");
        }

        return BlockDigest.TryParse(pack.Digest, out _) ? pack : throw _checks.Corrupt($"the digest of pack {pack.Number} is none");
    }

    private void ReadBlocks(ManifestEntry file, BlockLines blocks, ManifestVisitor visitor)
    {
        var expected = file.BlockCount;
        for (var index = 0; index < expected;)
        {
            _found.Clear();
            using (var line = _lines.Next() ?? throw _checks.Corrupt($"it ends within {ManifestChecks.Show(file.Path)}"))
            {
                index = _checks.Parse(() => blocks.Read(line.RootElement, file, index, _found));
            }

            foreach (var (number, block) in _found)
            {
                _totals.Add(file, number, block);
                visitor.Block(file, number, block);
            }
        }
    }

    private bool Finish(JsonElement end)
    {
        var told = end.Deserialize<ManifestTotals>(ManifestJson.Options);
        if (told != _totals.Totals || told != Header.Totals)
        {
            throw _checks.Corrupt("its totals are not those of its entries");
        }

        // Reading on finds the frame's checksum and the seal, and whatever stands behind the end.
        if (_lines.Next() is { } more)
        {
            more.Dispose();
            throw _checks.Corrupt("it goes on behind its last line");
        }

        return true;
    }
}
