namespace BackupOperator.Archive.Blocks;

/// <summary>
/// The blocks of one file, 48 bytes each; stretches of nothing but holes, or of nothing known, take no memory. It is the
/// one place that holds what a backup knows of its blocks, so that it could move to a disk. Holes may be set while others
/// set blocks; it is read when they are done.
/// </summary>
internal sealed class BlockList
{
    private const int SegmentSize = 256;
    private readonly BlockReference[]?[] _segments;
    private readonly bool[] _holes;

    // Of a file with one block, as most are where there are many.
    private BlockReference _only = BlockReference.Unknown;
    private int _unknown;

    public BlockList(int count)
    {
        Count = _unknown = count;
        _segments = count == 1 ? [] : new BlockReference[]?[(count + SegmentSize - 1) / SegmentSize];
        _holes = _segments.Length == 0 ? [] : new bool[_segments.Length];
    }

    public int Count { get; }

    /// <summary>Whether every block is known.</summary>
    public bool IsWhole => _unknown == 0;

    public BlockReference this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
            if (Count == 1)
            {
                return _only;
            }

            var segment = index / SegmentSize;
            return _segments[segment] is { } blocks ? blocks[index % SegmentSize] : _holes[segment] ? BlockReference.Hole : BlockReference.Unknown;
        }

        set
        {
            lock (_segments)
            {
                Set(index, value);
            }
        }
    }

    /// <summary>Makes a range a hole; none of its blocks may be known yet.</summary>
    public void SetHoles(int from, int to)
    {
        lock (_segments)
        {
            for (var index = from; index < to;)
            {
                var segment = index / SegmentSize;
                var end = Math.Min(Count, (segment + 1) * SegmentSize);
                if (Count > 1 && index % SegmentSize == 0 && end <= to && _segments[segment] is null && !_holes[segment])
                {
                    _holes[segment] = true;
                    _unknown -= end - index;
                    index = end;
                }
                else
                {
                    Set(index++, BlockReference.Hole);
                }
            }
        }
    }

    /// <summary>The blocks that lie in packs.</summary>
    public IEnumerable<BlockReference> Stored()
    {
        if (_only.IsStored)
        {
            yield return _only;
        }

        foreach (var segment in _segments)
        {
            foreach (var block in segment ?? [])
            {
                if (block.IsStored)
                {
                    yield return block;
                }
            }
        }
    }

    private void Set(int index, BlockReference value)
    {
        var before = this[index];
        _unknown += (IsKnown(before) ? 1 : 0) - (IsKnown(value) ? 1 : 0);
        if (Count == 1)
        {
            _only = value;
            return;
        }

        var segment = index / SegmentSize;
        if (_segments[segment] is not { } blocks)
        {
            if (before == value)
            {
                return;
            }

            blocks = _segments[segment] = new BlockReference[Math.Min(SegmentSize, Count - (segment * SegmentSize))];
            Array.Fill(blocks, before);
        }

        blocks[index % SegmentSize] = value;
    }

    private static bool IsKnown(BlockReference block) => block.IsStored || block.IsHole;
}
