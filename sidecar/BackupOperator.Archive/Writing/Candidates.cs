using System.Runtime.InteropServices;
using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Packs;

namespace BackupOperator.Archive.Writing;

/// <summary>Blocks that attempts before this one have stored, by the place in the file that they were read from.</summary>
internal sealed class Candidates
{
    private readonly Dictionary<string, List<Candidate>> _files = new(StringComparer.Ordinal);

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Candidate(int Index, ushort Pieces, BlockDigest From, BlockReference Block);

    public bool IsEmpty => _files.Count == 0;

    /// <summary>Packs come in the order of their numbers, so that what goes over a block comes after it.</summary>
    public void Add(int pack, IEnumerable<PackBlock> blocks)
    {
        foreach (var block in blocks)
        {
            if (!_files.TryGetValue(block.File, out var file))
            {
                _files[block.File] = file = [];
            }

            file.Add(new Candidate(block.Index, block.Pieces, block.From, new BlockReference(pack, block.Offset, block.Length, block.Checksum, block.Digest)));
        }
    }

    /// <summary>To be called between the last <see cref="Add"/> and the first <see cref="Find"/>.</summary>
    public void Complete()
    {
        foreach (var (path, file) in _files)
        {
            _files[path] = [.. file.OrderBy(candidate => candidate.Index)];
        }
    }

    /// <summary>What is stored of a block; a patch counts where that is known which it goes over.</summary>
    /// <param name="known">The block as an earlier pass or backup has it.</param>
    /// <param name="found">Receives the blocks, the oldest first.</param>
    public void Find(string path, int index, BlockReference known, List<BlockReference> found)
    {
        if (!_files.TryGetValue(path, out var file))
        {
            return;
        }

        var (low, high) = (0, file.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = file[middle].Index < index ? (middle + 1, high) : (low, middle);
        }

        for (; low < file.Count && file[low].Index == index; low++)
        {
            var candidate = file[low];
            if (candidate.Pieces == 0)
            {
                found.Add(candidate.Block);
                continue;
            }

            var below = known.IsStored && known.Digest == candidate.From ? known : found.Find(block => block.Digest == candidate.From);
            if (below.IsStored && below.Length > 0 && (below.Patches?.Length ?? 0) < BlockReference.MostPatches)
            {
                var block = candidate.Block;
                found.Add(below.With(new BlockPatch(block.Pack, block.Offset, block.Length, block.Checksum, candidate.Pieces), block.Digest));
            }
        }
    }
}
