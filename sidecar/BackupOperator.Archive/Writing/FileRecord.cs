using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Native;

namespace BackupOperator.Archive.Writing;

/// <summary>What a pass learned of a file.</summary>
internal sealed class FileRecord(string path, FileStat stat, long seenAtNs)
{
    // A change in the same tick of the clock as the look at it leaves no trace in the times.
    private const long RacyNs = 2_000_000_000;

    public string Path => path;

    /// <summary>As it was before the first byte was read.</summary>
    public FileStat Stat => stat;

    public BlockReference[] Blocks { get; } = NewBlocks(stat.Size);

    public bool IsWhole => !Blocks.Contains(BlockReference.Unknown);

    /// <summary>Whether the file certainly holds what was read, going by its attributes.</summary>
    public bool IsStill(FileStat now) =>
        now.Size == stat.Size
        && now.ModifiedNs == stat.ModifiedNs
        && now.ChangedNs == stat.ChangedNs
        && now.Inode == stat.Inode
        && seenAtNs - Math.Max(stat.ModifiedNs, stat.ChangedNs) >= RacyNs;

    private static BlockReference[] NewBlocks(long size)
    {
        var blocks = new BlockReference[Manifests.ManifestEntry.BlockCount(size)];
        Array.Fill(blocks, BlockReference.Unknown);
        return blocks;
    }
}
