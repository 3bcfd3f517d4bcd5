using System.Numerics;
using System.Runtime.InteropServices;
using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Manifests;

namespace BackupOperator.Archive.Packs;

/// <summary>Block tables as they are stored, and back; what does not look right is left out, and so stored again.</summary>
internal static class BlockTable
{
    private const long MostBlocks = ArchiveFormat.LargestFile / ArchiveFormat.BlockSize;

    /// <summary>Made as it is taken: all of it at once may be large.</summary>
    public static IEnumerable<TableFile> Group(IReadOnlyList<PackBlock> blocks)
    {
        for (var i = 0; i < blocks.Count;)
        {
            var file = new List<PackBlock> { blocks[i++] };
            while (i < blocks.Count && ReferenceEquals(blocks[i].File, file[0].File))
            {
                file.Add(blocks[i++]);
            }

            yield return Group(file[0].File, file);
        }
    }

    public static IEnumerable<PackBlock> Ungroup(IEnumerable<TableFile>? files)
    {
        foreach (var file in files ?? [])
        {
            if (file is not { File: { } path, Blocks: { } rows, Digests: { } digests, Sums: { } sums }
                || ArchivePath.Refuse(path) is not null || rows.Count != digests.Count || rows.Count != sums.Count || (file.From is { } bases && bases.Count != rows.Count))
            {
                continue;
            }

            for (var i = 0; i < rows.Count; i++)
            {
                if (Parse(path, rows[i], digests[i], sums[i], file.From?[i]) is { } block)
                {
                    yield return block;
                }
            }
        }
    }

    private static TableFile Group(string file, List<PackBlock> blocks) => new(
        file,
        [.. blocks.Select(block => block.Pieces == 0
            ? new long[] { block.Index, block.Offset, block.Length, block.Checksum }
            : [block.Index, block.Offset, block.Length, block.Checksum, block.Pieces])],
        [.. blocks.Select(block => block.Digest.ToString())],
        [.. blocks.Select(block => Convert.ToHexStringLower(MemoryMarshal.AsBytes(block.Sums.AsSpan())))],
        blocks.TrueForAll(block => block.Pieces == 0) ? null : [.. blocks.Select(block => block.Pieces == 0 ? null : block.From.ToString())]);

    private static PackBlock? Parse(string path, long[]? row, string? digestText, string? sumsText, string? fromText)
    {
        if (row is not [>= 0 and <= MostBlocks, >= 0 and <= uint.MaxValue, >= 1 and <= ArchiveFormat.LargestStoredBlock, >= 0 and <= uint.MaxValue, ..]
            || row.Length > 5 || !BlockDigest.TryParse(digestText, out var digest) || Sums(sumsText) is not { } sums)
        {
            return null;
        }

        BlockDigest from = default;
        var pieces = row.Length == 5 ? row[4] : 0;
        var isPatch = pieces is > 0 and <= ushort.MaxValue && BitOperations.PopCount((ulong)pieces) == sums.Length && BlockDigest.TryParse(fromText, out from);
        return isPatch || row.Length == 4
            ? new PackBlock(path, (int)row[0], (uint)row[1], (int)row[2], (uint)row[3], digest, (ushort)pieces, from, sums)
            : null;
    }

    private static ulong[]? Sums(string? hex)
    {
        if (hex is not { Length: > 0 and <= Pieces.Most * sizeof(ulong) * 2 } || hex.Length % (sizeof(ulong) * 2) != 0)
        {
            return null;
        }

        var sums = new ulong[hex.Length / (sizeof(ulong) * 2)];
        return Convert.FromHexString(hex, MemoryMarshal.AsBytes(sums.AsSpan()), out _, out _) == System.Buffers.OperationStatus.Done ? sums : null;
    }
}
