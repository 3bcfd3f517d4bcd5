using System.Text.Json;
using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Compression;

namespace BackupOperator.Archive.Manifests;

/// <summary>Writes a manifest line by line: header, packs, entries each followed by its blocks, totals.</summary>
internal sealed class ManifestWriter : IDisposable
{
    private readonly ZstdWriteStream _compressed;
    private readonly MemoryStream _line = new();
    private readonly TotalsCounter _totals = new();
    private readonly ManifestTotals _promised;

    public ManifestWriter(Stream to, ManifestHeader header, IEnumerable<ManifestPack> packs)
    {
        _promised = header.Totals;
        _compressed = new ZstdWriteStream(to);
        WriteLine(writer => JsonSerializer.Serialize(writer, header, ManifestJson.Options));
        foreach (var pack in packs)
        {
            WriteLine(writer =>
            {
                writer.WriteStartObject();
                writer.WriteNumber("pack"u8, pack.Number);
                writer.WriteString("path"u8, pack.Path);
                writer.WriteNumber("size"u8, pack.Size);
                writer.WriteNumber("chunk"u8, pack.Chunk);
                writer.WriteString("digest"u8, pack.Digest);
                if (pack.Tag is { } tag)
                {
                    writer.WriteString("tag"u8, tag);
                }

                writer.WriteEndObject();
            });
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
        _compressed.Complete();
    }

    public void Dispose()
    {
        _compressed.Dispose();
        _line.Dispose();
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

    // A block is [pack, offset, length, checksum, digest]; a number stands for that many holes.
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
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private void WriteLine(Action<Utf8JsonWriter> write)
    {
        _line.SetLength(0);
        using (var writer = new Utf8JsonWriter(_line, ManifestJson.Writer))
        {
            write(writer);
        }

        _line.WriteByte((byte)'\n');
        _compressed.Write(_line.GetBuffer().AsSpan(0, (int)_line.Length));
    }
}
