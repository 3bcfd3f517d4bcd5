using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Native;

namespace BackupOperator.Archive.Writing;

/// <summary>Unpacks what an <see cref="EntryPacker"/> has packed.</summary>
internal sealed class EntryUnpacker(List<BlockList> lists)
{
    /// <param name="last">The path of the entry before.</param>
    /// <returns>An entry, and how many bytes it took.</returns>
    public (SourceEntry Entry, int Size) Unpack(ReadOnlySpan<byte> from, string last)
    {
        var reader = new ByteReader(from);
        var kind = (ManifestEntryKind)reader.Read<byte>();
        var known = reader.Read<byte>();
        var path = reader.ReadText(last.AsSpan(0, (int)reader.ReadNumber()));
        var target = reader.ReadText();
        var stat = Stat(ref reader, kind);
        var record = (known & EntryPacker.WasRead) == 0 ? null : Record(ref reader, path, stat, known);
        return (new SourceEntry(path, kind, stat, target.Length == 0 ? null : target, record), reader.Length);
    }

    private static FileStat Stat(ref ByteReader reader, ManifestEntryKind kind)
    {
        var mode = (int)reader.ReadNumber();
        var userId = (uint)reader.ReadNumber();
        var groupId = (uint)reader.ReadNumber();
        var size = (long)reader.ReadNumber();
        var inode = reader.ReadNumber();
        var modified = reader.Read<long>();
        var changed = (long)reader.ReadNumber() ^ modified;
        var what = kind switch
        {
            ManifestEntryKind.File => EntryKind.File,
            ManifestEntryKind.Directory => EntryKind.Directory,
            _ => EntryKind.Link,
        };
        return new FileStat(what, mode, userId, groupId, size, 0, inode, modified, changed, 1);
    }

    private FileRecord Record(ref ByteReader reader, string path, FileStat stat, byte known)
    {
        long? seenAt = (known & EntryPacker.IsTimed) == 0 ? null : reader.Read<long>();
        var isLive = (known & EntryPacker.IsLive) != 0;
        if ((known & EntryPacker.HasList) != 0)
        {
            return new FileRecord(path, stat, seenAt, isLive, lists[(int)reader.ReadNumber()]);
        }

        var record = new FileRecord(path, stat, seenAt, isLive);
        if ((known & EntryPacker.HasBlock) != 0)
        {
            record.Blocks[0] = Block(ref reader);
        }

        return record;
    }

    private static BlockReference Block(ref ByteReader reader)
    {
        var (pack, offset) = (reader.Read<int>(), reader.Read<uint>());
        var (length, checksum) = ((int)reader.ReadNumber(), reader.Read<uint>());
        return new BlockReference(pack, offset, length, checksum, reader.Read<BlockDigest>());
    }
}
