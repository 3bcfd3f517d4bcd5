using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Manifests;

namespace BackupOperator.Archive.Reading;

/// <summary>Goes through the manifest and requests the blocks that are to be checked.</summary>
internal sealed class CheckedBlocks(Func<BlockReference, bool> isWanted, Action<FetchJob> send) : ManifestVisitor
{
    private readonly FetchPlanner _planner = new(BlockFetcher.LargestRequest);

    public override void Block(ManifestEntry entry, int index, BlockReference block)
    {
        if (isWanted(block) && _planner.Add(new WantedBlock(new BlockPlace(entry.Path, index, entry.BlockLength(index), block), null)) is { } full)
        {
            send(full);
        }
    }

    /// <summary>Sends the last request.</summary>
    public void Complete()
    {
        if (_planner.Take() is { } last)
        {
            send(last);
        }
    }
}
