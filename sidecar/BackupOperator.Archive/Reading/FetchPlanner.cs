namespace BackupOperator.Archive.Reading;

/// <summary>Joins wanted blocks into requests: small gaps are read over, large requests are split.</summary>
internal sealed class FetchPlanner(int largest)
{
    private const int LargestGap = 64 << 10;

    // Each block of a small file is a file that is open until it is written.
    private const int MostBlocks = 64;
    private List<WantedBlock> _blocks = [];
    private long _start;
    private long _end;
    private int _pack = -1;
    private long _patches;

    /// <returns>The request that the block no longer fitted into, if any.</returns>
    public FetchJob? Add(WantedBlock wanted)
    {
        var block = wanted.Place.Block;
        var patches = block.Patches?.Sum(patch => (long)patch.Length) ?? 0;
        FetchJob? full = null;
        if (_blocks.Count > 0
            && (_blocks.Count == MostBlocks || block.Pack != _pack || block.Offset < _end || block.Offset - _end > LargestGap || _patches + patches > largest || block.Offset + (long)block.Length - _start > largest))
        {
            full = Take();
        }

        if (_blocks.Count == 0)
        {
            _pack = block.Pack;
            _start = block.Offset;
        }

        _blocks.Add(wanted);
        _patches += patches;
        _end = block.Offset + (long)block.Length;
        return full;
    }

    public FetchJob? Take()
    {
        if (_blocks.Count == 0)
        {
            return null;
        }

        var job = new FetchJob(_pack, _start, (int)(_end - _start), _blocks);
        _blocks = [];
        _patches = 0;
        return job;
    }
}
