using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Writing;

namespace BackupOperator.Archive.Merging;

/// <summary>Goes through the manifest and requests the blocks that do not lie in packs that are copied.</summary>
/// <param name="candidates">What an attempt before this one has stored.</param>
internal sealed class RepackPlan(HashSet<int> copied, Candidates candidates, Repacker repacker, Action<FetchJob> send) : ManifestVisitor
{
    private readonly FetchPlanner _planner = new(BlockFetcher.LargestRequest);
    private readonly List<BlockReference> _found = [];

    public override void Block(ManifestEntry entry, int index, BlockReference block)
    {
        if (PackUse.LiesIn(copied, block))
        {
            return;
        }

        repacker.Expect(entry.Path, entry.BlockCount);
        _found.Clear();
        candidates.Find(entry.Path, index, BlockReference.Unknown, _found);
        if (_found.FindLastIndex(found => found.Digest == block.Digest) is >= 0 and var at)
        {
            repacker.Set(entry.Path, index, _found[at]);
        }
        else if (_planner.Add(new WantedBlock(new BlockPlace(entry.Path, index, entry.BlockLength(index), block), null)) is { } full)
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
