using System.Collections;
using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Manifests;

namespace BackupOperator.Archive.Writing;

/// <summary>
/// Entries of a data directory in the order of their paths, packed into bytes: a server may have a hundred thousand tables,
/// and as objects each would take half a kilobyte. They can only be gone through from the first to the last.
/// </summary>
internal sealed class EntryLog : IEnumerable<SourceEntry>
{
    // Hardly an entry takes a hundredth of it, and larger arrays are collected seldom.
    private const int ChunkSize = 64 << 10;

    // No entry is in two of them.
    private readonly List<ArraySegment<byte>> _chunks = [];

    // Of files with more than one block: too large to be made again each time.
    private readonly List<BlockList> _lists = [];
    private string _last = "";

    public long Files { get; private set; }

    /// <summary>Of all files.</summary>
    public long Bytes { get; private set; }

    /// <summary>What passes have learned of files.</summary>
    public IEnumerable<FileRecord> Records => this.Select(entry => entry.Record).OfType<FileRecord>();

    public void Add(SourceEntry entry)
    {
        if (_last.Length > 0 && ArchivePath.Compare(_last, entry.Path) >= 0)
        {
            throw new InvalidOperationException($"{entry.Path} does not come after {_last}.");
        }

        var most = EntryPacker.Most(entry);
        if (_chunks.Count == 0 || _chunks[^1].Array!.Length - _chunks[^1].Count < most)
        {
            _chunks.Add(new ArraySegment<byte>(GC.AllocateUninitializedArray<byte>(Math.Max(ChunkSize, most)), 0, 0));
        }

        var (chunk, filled) = (_chunks[^1].Array!, _chunks[^1].Count);
        filled += new EntryPacker(_lists).Pack(entry, _last, chunk.AsSpan(filled));
        _chunks[^1] = new ArraySegment<byte>(chunk, 0, filled);
        _last = entry.Path;
        if (entry.Kind == ManifestEntryKind.File)
        {
            Files++;
            Bytes += entry.Stat.Size;
        }
    }

    /// <summary>Only after the last <see cref="Add"/>.</summary>
    public IEnumerator<SourceEntry> GetEnumerator()
    {
        var unpacker = new EntryUnpacker(_lists);
        var last = "";
        foreach (var chunk in _chunks)
        {
            for (var at = 0; at < chunk.Count;)
            {
                var (entry, size) = unpacker.Unpack(chunk.AsSpan(at), last);
                at += size;
                last = entry.Path;
                yield return entry;
            }
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
