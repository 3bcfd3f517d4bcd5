using System.Text.Json;
using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Compression;

namespace BackupOperator.Archive.Manifests;

/// <summary>Writes a manifest line by line: header, packs, entries, totals.</summary>
internal sealed class ManifestWriter : IDisposable
{
    private readonly ZstdWriteStream _compressed;
    private readonly MemoryStream _line = new();
    private ManifestTotals _totals = ManifestTotals.None;

    public ManifestWriter(Stream to, ManifestHeader header, IEnumerable<ManifestPack> packs)
    {
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
                writer.WriteEndObject();
            });
        }
    }

    public void Write(ManifestEntry entry)
    {
        WriteLine(writer => WriteEntry(writer, entry));
        for (var start = 0; start < entry.Blocks.Count; start += ArchiveFormat.BlocksPerLine)
        {
            var from = start;
            WriteLine(writer => WriteBlocks(writer, entry.Blocks, from, Math.Min(entry.Blocks.Count, from + ArchiveFormat.BlocksPerLine)));
        }

        _totals = _totals.Add(entry);
    }

    /// <summary>Writes the totals and ends the frame.</summary>
    public ManifestTotals Complete()
    {
        WriteLine(writer =>
        {
            writer.WriteStartObject();
            writer.WritePropertyName("end"u8);
            JsonSerializer.Serialize(writer, _totals, ManifestJson.Options);
            writer.WriteEndObject();
        });
        _compressed.Complete();
        return _totals;
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

    // A block is [pack, offset, length, digest]; a number stands for that many holes.
    private static void WriteBlocks(Utf8JsonWriter writer, IReadOnlyList<BlockReference> blocks, int from, int to)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("blocks"u8);
        for (var i = from; i < to;)
        {
            var holes = 0;
            for (; i < to && blocks[i].IsHole; i++)
            {
                holes += blocks[i].Length;
            }

            if (holes > 0)
            {
                writer.WriteNumberValue(holes);
                continue;
            }

            var block = blocks[i++];
            writer.WriteStartArray();
            writer.WriteNumberValue(block.Pack);
            writer.WriteNumberValue(block.Offset);
            writer.WriteNumberValue(block.Length);
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
