using System.Text.Json;
using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Compression;
using BackupOperator.Archive.Encryption;

namespace BackupOperator.Archive.Manifests;

/// <summary>Writes a manifest line by line: header, packs, entries each followed by its blocks, totals.</summary>
internal sealed class ManifestWriter : IDisposable
{
    private readonly ZstdWriteStream _compressed;
    private readonly MemoryStream _line = new();
    private readonly TotalsCounter _totals = new();
    private readonly ManifestTotals _promised;
    private readonly LineSealer? _sealer;

    /// <param name="path">The backup's folder; its own packs are written without it.</param>
    /// <param name="key">Encrypts everything behind the packs; null where nothing is encrypted.</param>
    public ManifestWriter(Stream to, ManifestHeader header, IEnumerable<ManifestPack> packs, string path, DataKey? key = null)
    {
        _promised = header.Totals;
        _compressed = new ZstdWriteStream(to);
        try
        {
            WriteLine(writer => JsonSerializer.Serialize(writer, header, ManifestJson.Options));
            WritePacks(packs, path);
            _sealer = key is null ? null : new LineSealer(key);
        }
        catch
        {
            // Nobody else has it yet to do so.
            Dispose();
            throw;
        }
    }

    /// <param name="blocks">All blocks of a file, in their order; of packs, the indexes in the list of packs.</param>
    public void Write(ManifestEntry entry, IEnumerable<BlockReference> blocks)
    {
        WriteLine(writer => WriteEntry(writer, entry));
        _totals.Add(entry);
        var index = 0;
        foreach (var some in blocks.Chunk(ArchiveFormat.BlocksPerLine))
        {
            WriteLine(writer => WriteBlocks(writer, some));
            foreach (var block in some)
            {
                _totals.Add(entry, index++, block);
            }
        }

        if (index != entry.BlockCount)
        {
            throw new InvalidOperationException($"{entry.Path} has {index} blocks instead of {entry.BlockCount}.");
        }
    }

    /// <summary>Writes the totals and ends the frame.</summary>
    public void Complete()
    {
        var totals = _totals.Totals;
        if (totals != _promised)
        {
            throw new InvalidOperationException($"The manifest holds {totals} and promises {_promised}.");
        }

        WriteLine(writer =>
        {
            writer.WriteStartObject();
            writer.WritePropertyName("end"u8);
            JsonSerializer.Serialize(writer, totals, ManifestJson.Options);
            writer.WriteEndObject();
        });
        if (_sealer?.Take() is { } rest)
        {
            WriteSealed(rest);
        }

        _compressed.Complete();
    }

    public void Dispose()
    {
        _compressed.Dispose();
        _sealer?.Dispose();
        _line.Dispose();
    }

    private void WritePacks(IEnumerable<ManifestPack> packs, string path)
    {
        // By the bounds that a reader has.
        var known = new PackList(PackList.Most);
        foreach (var pack in packs)
        {
            try
            {
                known.Add(pack);
            }
            catch (FormatException error)
            {
                throw new InvalidOperationException($"The manifest could not be read again: {error.Message}. If it builds on many others, take a full backup.", error);
            }

            WriteLine(writer => WritePack(writer, pack, path));
        }
    }

    private static void WritePack(Utf8JsonWriter writer, ManifestPack pack, string path)
    {
        writer.WriteStartObject();
        writer.WriteNumber("pack"u8, pack.Number);
        if (pack.Path != path)
        {
            writer.WriteString("path"u8, pack.Path);
        }

        writer.WriteNumber("size"u8, pack.Size);
        writer.WriteNumber("chunk"u8, pack.Chunk);
        writer.WriteString("digest"u8, pack.Digest);
        if (pack.Tag is { } tag)
        {
            writer.WriteString("tag"u8, tag);
        }

        writer.WriteEndObject();
    }

    private static void WriteEntry(Utf8JsonWriter writer, ManifestEntry entry)
    {
        writer.WriteStartObject();
        writer.WriteString(
            entry.Kind switch
            {
                ManifestEntryKind.Directory => "dir"u8,
                ManifestEntryKind.File => "file"u8,
                _ => "link"u8,
            },
            entry.Path);
        writer.WriteNumber("mode"u8, entry.Mode);
        writer.WriteNumber("uid"u8, entry.UserId);
        writer.WriteNumber("gid"u8, entry.GroupId);
        writer.WriteNumber("mtime"u8, entry.ModifiedNs);
        if (entry is { ChangedNs: { } changed, Inode: { } inode })
        {
            writer.WriteNumber("ctime"u8, changed);
            writer.WriteNumber("inode"u8, inode);
        }

        if (entry.Kind == ManifestEntryKind.File)
        {
            writer.WriteNumber("size"u8, entry.Size);
        }

        if (entry.Target is { } target)
        {
            writer.WriteString("target"u8, target);
        }

        writer.WriteEndObject();
    }

    // A block is [pack, offset, length, checksum, digest], with its patches behind it where it has some; a number stands
    // for that many holes.
    private static void WriteBlocks(Utf8JsonWriter writer, BlockReference[] blocks)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("blocks"u8);
        for (var i = 0; i < blocks.Length;)
        {
            var first = i;
            while (i < blocks.Length && blocks[i].IsHole)
            {
                i++;
            }

            if (i > first)
            {
                writer.WriteNumberValue(i - first);
                continue;
            }

            var block = blocks[i++];
            if (!block.IsStored)
            {
                throw new InvalidOperationException("A block is not known.");
            }

            writer.WriteStartArray();
            writer.WriteNumberValue(block.Pack);
            writer.WriteNumberValue(block.Offset);
            writer.WriteNumberValue(block.Length);
            writer.WriteNumberValue(block.Checksum);
            writer.WriteStringValue(block.Digest.ToString());
            if (block.Patches is { Length: > 0 } patches)
            {
                WritePatches(writer, patches);
            }

            writer.WriteEndArray();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    // A patch is [pack, offset, length, checksum, pieces].
    private static void WritePatches(Utf8JsonWriter writer, BlockPatch[] patches)
    {
        writer.WriteStartArray();
        foreach (var patch in patches)
        {
            writer.WriteStartArray();
            writer.WriteNumberValue(patch.Pack);
            writer.WriteNumberValue(patch.Offset);
            writer.WriteNumberValue(patch.Length);
            writer.WriteNumberValue(patch.Checksum);
            writer.WriteNumberValue(patch.Pieces);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
    }

    private void WriteSealed(string lines) => Compress(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("sealed"u8, lines);
        writer.WriteEndObject();
    });

    private void WriteLine(Action<Utf8JsonWriter> write)
    {
        if (_sealer is null)
        {
            Compress(write);
        }
        else if (_sealer.Add(Format(write)) is { } full)
        {
            WriteSealed(full);
        }
    }

    private void Compress(Action<Utf8JsonWriter> write) => _compressed.Write(Format(write));

    private ReadOnlySpan<byte> Format(Action<Utf8JsonWriter> write)
    {
        _line.SetLength(0);
        using (var writer = new Utf8JsonWriter(_line, ManifestJson.Writer))
        {
            write(writer);
        }

        // Nobody could read it again, and as long as it lies there nothing else could be deleted.
        if (_line.Length > ArchiveFormat.LongestLine)
        {
            throw new InvalidOperationException($"A line of the manifest has {_line.Length} bytes, and at most {ArchiveFormat.LongestLine} can be read again.");
        }

        _line.WriteByte((byte)'\n');
        return _line.GetBuffer().AsSpan(0, (int)_line.Length);
    }
}
