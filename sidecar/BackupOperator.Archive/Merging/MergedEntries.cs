using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Manifests;

namespace BackupOperator.Archive.Merging;

/// <summary>Writes the entries of one manifest into another, with the places where their blocks are now.</summary>
/// <param name="translate">The block of a file as the new manifest refers to it.</param>
internal sealed class MergedEntries(ManifestWriter writer, Func<ManifestEntry, int, BlockReference, BlockReference> translate) : ManifestVisitor
{
    private BlockList? _blocks;
    private int _next;

    public override void Begin(ManifestEntry entry)
    {
        _blocks = new BlockList(entry.BlockCount);
        _next = 0;
    }

    public override void Block(ManifestEntry entry, int index, BlockReference block)
    {
        _blocks!.SetHoles(_next, index);
        _blocks[index] = translate(entry, index, block);
        _next = index + 1;
    }

    public override void End(ManifestEntry entry)
    {
        _blocks!.SetHoles(_next, _blocks.Count);
        var blocks = _blocks;
        writer.Write(entry, Enumerable.Range(0, blocks.Count).Select(index => blocks[index]));
    }
}
