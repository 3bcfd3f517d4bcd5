using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Packs;

namespace BackupOperator.Archive.Writing;

/// <summary>Blocks that attempts before this one have stored, by the place in the file that they were read from.</summary>
internal sealed class Candidates
{
    private readonly Dictionary<string, Dictionary<int, BlockReference>> _files = new(StringComparer.Ordinal);

    public void Add(int pack, IEnumerable<PackBlock> blocks)
    {
        foreach (var block in blocks)
        {
            if (!_files.TryGetValue(block.File, out var file))
            {
                _files[block.File] = file = [];
            }

            // A later one is of a later pass, and more likely to be right.
            file[block.Index] = new BlockReference(pack, block.Offset, block.Length, block.Digest);
        }
    }

    public BlockReference Find(string path, int index) =>
        _files.TryGetValue(path, out var file) && file.TryGetValue(index, out var block) ? block : BlockReference.Unknown;
}
