using BackupOperator.Archive.Blocks;

namespace BackupOperator.Archive.Writing;

/// <summary>Packs entries for an <see cref="EntryLog"/>; an <see cref="EntryUnpacker"/> has the same fields in the same order.</summary>
/// <param name="lists">Receives the blocks of files that have more than one.</param>
internal sealed class EntryPacker(List<BlockList> lists)
{
    public const byte WasRead = 1;
    public const byte IsTimed = 2;
    public const byte HasBlock = 4;
    public const byte HasList = 8;
    public const byte IsLive = 16;

    // Of all that is no text.
    private const int MostNumbers = 16 * ByteWriter.LongestNumber;

    /// <summary>The most bytes that an entry can take.</summary>
    public static int Most(SourceEntry entry) =>
        ByteWriter.Most(entry.Path.Length) + ByteWriter.Most(entry.Target?.Length ?? 0) + MostNumbers + BlockDigest.Size;

    /// <param name="last">The path of the entry before.</param>
    /// <returns>Bytes that it took.</returns>
    public int Pack(SourceEntry entry, string last, Span<byte> to)
    {
        var writer = new ByteWriter(to);
        var record = entry.Record;
        var stat = record?.Stat ?? entry.Stat;
        var known = Known(record);
        var same = Same(last, entry.Path);
        writer.Write((byte)entry.Kind);
        writer.Write(known);
        writer.WriteNumber((ulong)same);
        writer.WriteText(entry.Path.AsSpan(same));
        writer.WriteText(entry.Target);
        writer.WriteNumber((ulong)stat.Mode);
        writer.WriteNumber(stat.UserId);
        writer.WriteNumber(stat.GroupId);
        writer.WriteNumber((ulong)stat.Size);
        writer.WriteNumber(stat.Inode);
        writer.Write(stat.ModifiedNs);

        // Mostly they are near each other.
        writer.WriteNumber((ulong)(stat.ChangedNs ^ stat.ModifiedNs));
        if (record?.SeenAtNs is { } seenAt)
        {
            writer.Write(seenAt);
        }

        if ((known & HasList) != 0)
        {
            writer.WriteNumber((ulong)lists.Count);
            lists.Add(record!.Blocks);
        }
        else if ((known & HasBlock) != 0)
        {
            Pack(ref writer, record!.Blocks[0]);
        }

        return writer.Length;
    }

    private static void Pack(ref ByteWriter writer, in BlockReference block)
    {
        writer.Write(block.Pack);
        writer.Write(block.Offset);
        writer.WriteNumber((ulong)block.Length);
        writer.Write(block.Checksum);
        writer.Write(block.Digest);
    }

    private static byte Known(FileRecord? record)
    {
        if (record is null)
        {
            return 0;
        }

        var blocks = record.Blocks.Count == 0 ? 0 : record.Blocks.Count > 1 || record.Blocks[0].Patches is not null ? HasList : HasBlock;
        return (byte)(WasRead | (record.SeenAtNs is null ? 0 : IsTimed) | (record.IsLive ? IsLive : 0) | blocks);
    }

    // Half a surrogate pair would not come back.
    private static int Same(string last, string path)
    {
        var same = path.AsSpan().CommonPrefixLength(last);
        return same > 0 && char.IsHighSurrogate(path[same - 1]) ? same - 1 : same;
    }
}
