using System.Collections;

namespace BackupOperator.Archive.Packs;

/// <summary>A pack on its way into the store.</summary>
internal sealed class PackUpload(int number, string uploadId, int partSize)
{
    private readonly Lock _gate = new();
    private readonly List<SealedPart> _parts = [];
    private readonly List<PackBlock> _blocks = [];

    public int Number => number;

    public string UploadId => uploadId;

    /// <summary>Bytes that blocks were given places in.</summary>
    public long Size { get; private set; }

    public int BlockCount => _blocks.Count;

    /// <summary>The parts that are being sent or were.</summary>
    public List<Task<Storage.StoredPart>> Transfers { get; } = [];

    /// <returns>The block with its place.</returns>
    public PackBlock Place(PackBlock block)
    {
        lock (_gate)
        {
            block = block with { Offset = (uint)Size };
            _blocks.Add(block);
            Size += block.Length;
            return block;
        }
    }

    /// <summary>The sums of what lies at an offset; null where no block begins there.</summary>
    public ulong[]? FindSums(uint offset)
    {
        lock (_gate)
        {
            var (low, high) = (0, _blocks.Count);
            while (low < high)
            {
                var middle = (low + high) / 2;
                (low, high) = _blocks[middle].Offset < offset ? (middle + 1, high) : (low, middle);
            }

            return low < _blocks.Count && _blocks[low].Offset == offset ? _blocks[low].Sums : null;
        }
    }

    public void Seal(SealedPart part)
    {
        lock (_gate)
        {
            _parts.Add(part);
        }
    }

    public void Arrived(int number, string etag)
    {
        lock (_gate)
        {
            var at = _parts.FindIndex(part => part.Number == number);
            _parts[at] = _parts[at] with { ETag = etag };
        }
    }

    public OpenPack Describe()
    {
        lock (_gate)
        {
            return new OpenPack(number, uploadId, partSize, [.. _parts.OrderBy(part => part.Number)], BlockTable.Group(new Placed(this, _blocks.Count)));
        }
    }

    public FinishedPack Finish(string? tag)
    {
        lock (_gate)
        {
            return new FinishedPack(number, Size, partSize, PackDigest.Of(_parts.OrderBy(part => part.Number).Select(part => part.Sha256)), tag);
        }
    }

    // The blocks that have their places now, while more are given theirs.
    private sealed class Placed(PackUpload pack, int count) : IReadOnlyList<PackBlock>
    {
        public int Count => count;

        public PackBlock this[int index]
        {
            get
            {
                lock (pack._gate)
                {
                    return pack._blocks[index];
                }
            }
        }

        public IEnumerator<PackBlock> GetEnumerator() => Enumerable.Range(0, count).Select(index => this[index]).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
