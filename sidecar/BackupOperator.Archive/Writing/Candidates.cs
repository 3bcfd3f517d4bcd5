using System.Runtime.InteropServices;
using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Packs;

namespace BackupOperator.Archive.Writing;

/// <summary>Blocks that attempts before this one have stored, by the place in the file that they were read from.</summary>
internal sealed class Candidates
{
    private readonly Dictionary<string, List<Candidate>> _files = new(StringComparer.Ordinal);

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Candidate(int Index, BlockReference Block);

    public bool IsEmpty => _files.Count == 0;

    /// <summary>Packs come in the order of their numbers: a later one is of a later pass, and more likely to be right.</summary>
    public void Add(int pack, IEnumerable<PackBlock> blocks)
    {
        foreach (var block in blocks)
        {
            if (!_files.TryGetValue(block.File, out var file))
            {
                _files[block.File] = file = [];
            }

            file.Add(new Candidate(block.Index, new BlockReference(pack, block.Offset, block.Length, block.Checksum, block.Digest)));
        }
    }

    /// <summary>To be called between the last <see cref="Add"/> and the first <see cref="Find"/>.</summary>
    public void Complete()
    {
        foreach (var file in _files.Values)
        {
            var order = 0;
            var latest = file.Select(candidate => (candidate, order: order++))
                .OrderBy(item => item.candidate.Index).ThenByDescending(item => item.order)
                .Select(item => item.candidate)
                .DistinctBy(candidate => candidate.Index)
                .ToArray();
            file.Clear();
            file.AddRange(latest);
            file.TrimExcess();
        }
    }

    public BlockReference Find(string path, int index)
    {
        if (!_files.TryGetValue(path, out var file))
        {
            return BlockReference.Unknown;
        }

        var (low, high) = (0, file.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = file[middle].Index < index ? (middle + 1, high) : (low, middle);
        }

        return low < file.Count && file[low].Index == index ? file[low].Block : BlockReference.Unknown;
    }
}
