using BackupOperator.Archive.Blocks;

namespace BackupOperator.Archive.Manifests;

/// <summary>Counts what a manifest holds, while it is written and while it is read.</summary>
internal sealed class TotalsCounter
{
    private long _files;
    private long _directories;
    private long _links;
    private long _blocks;
    private long _stored;
    private long _logicalBytes;
    private long _dataBytes;

    public ManifestTotals Totals => new(_files, _directories, _links, _blocks, _blocks - _stored, _logicalBytes, _dataBytes);

    public void Add(ManifestEntry entry)
    {
        switch (entry.Kind)
        {
            case ManifestEntryKind.Directory:
                _directories++;
                break;
            case ManifestEntryKind.Link:
                _links++;
                break;
            default:
                _files++;
                _blocks += entry.BlockCount;
                _logicalBytes += entry.Size;
                break;
        }
    }

    public void Add(ManifestEntry entry, int index, BlockReference block)
    {
        if (block.IsStored)
        {
            _stored++;
            _dataBytes += entry.BlockLength(index);
        }
    }
}
