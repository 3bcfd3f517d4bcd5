using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Manifests;

namespace BackupOperator.Archive.Packs;

/// <summary>Block tables as they are stored, and back; what does not look right is left out, and so stored again.</summary>
internal static class BlockTable
{
    private const long MostBlocks = ArchiveFormat.LargestFile / ArchiveFormat.BlockSize;

    public static IReadOnlyList<TableFile> Group(IReadOnlyList<PackBlock> blocks)
    {
        var files = new List<TableFile>();
        for (var i = 0; i < blocks.Count;)
        {
            var file = blocks[i].File;
            var rows = new List<long[]>();
            var digests = new List<string>();
            for (; i < blocks.Count && ReferenceEquals(blocks[i].File, file); i++)
            {
                rows.Add([blocks[i].Index, blocks[i].Offset, blocks[i].Length, blocks[i].Checksum]);
                digests.Add(blocks[i].Digest.ToString());
            }

            files.Add(new TableFile(file, rows, digests));
        }

        return files;
    }

    public static IEnumerable<PackBlock> Ungroup(IReadOnlyList<TableFile>? files)
    {
        foreach (var file in files ?? [])
        {
            if (file is not { File: { } path, Blocks: { } rows, Digests: { } digests } || ArchivePath.Refuse(path) is not null || rows.Count != digests.Count)
            {
                continue;
            }

            for (var i = 0; i < rows.Count; i++)
            {
                if (rows[i] is [>= 0 and <= MostBlocks, >= 0 and <= uint.MaxValue, >= 1 and <= ArchiveFormat.BlockSize, >= 0 and <= uint.MaxValue] row
                    && BlockDigest.TryParse(digests[i], out var digest))
                {
                    yield return new PackBlock(path, (int)row[0], (uint)row[1], (int)row[2], (uint)row[3], digest);
                }
            }
        }
    }
}
