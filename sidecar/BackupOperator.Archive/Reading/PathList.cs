using BackupOperator.Archive.Writing;

namespace BackupOperator.Archive.Reading;

/// <summary>Many paths in a third of the memory that they take as strings; each is found by its number.</summary>
internal sealed class PathList
{
    // The longest path fits, and larger arrays are collected seldom.
    private const int ChunkSize = 64 << 10;
    private readonly List<byte[]> _chunks = [];
    private readonly List<long> _starts = [];
    private int _filled = ChunkSize;

    public int Count => _starts.Count;

    public string this[int number]
    {
        get
        {
            var (chunk, start) = Math.DivRem(_starts[number], ChunkSize);
            return new ByteReader(_chunks[(int)chunk].AsSpan((int)start)).ReadText();
        }
    }

    public void Add(string path)
    {
        if (ChunkSize - _filled < ByteWriter.Most(path.Length))
        {
            _chunks.Add(GC.AllocateUninitializedArray<byte>(ChunkSize));
            _filled = 0;
        }

        _starts.Add(((_chunks.Count - 1L) * ChunkSize) + _filled);
        var writer = new ByteWriter(_chunks[^1].AsSpan(_filled));
        writer.WriteText(path);
        _filled += writer.Length;
    }
}
