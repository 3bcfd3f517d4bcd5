using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Native;

namespace BackupOperator.Archive.Writing;

/// <summary>What a pass, or an earlier backup, learned of a file.</summary>
/// <param name="seenAtNs">When its attributes were looked at, before the first byte was read; null where they prove nothing.</param>
/// <param name="isLive">Whether a server may have been writing to it.</param>
/// <param name="blocks">Its blocks; null where none is known yet.</param>
internal sealed class FileRecord(string path, FileStat stat, long? seenAtNs, bool isLive, BlockList? blocks = null)
{
    // A change in the same tick of the clock as the look at it leaves no trace in the times.
    private const long RacyNs = 2_000_000_000;

    // A direct write sets the times when it is handed to the kernel, and reaches the disk when that can take it: what was read
    // in between is older than its times. A page that was written through the cache stays dirty for 30 s
    // (vm.dirty_expire_centisecs), and a disk that hangs is given up after 30 s (the SCSI layer's timeout).
    private const long InFlightNs = 60_000_000_000;

    public string Path => path;

    /// <summary>As it was before the first byte was read.</summary>
    public FileStat Stat => stat;

    public long? SeenAtNs => seenAtNs;

    public bool IsLive => isLive;

    public BlockList Blocks { get; } = blocks ?? new BlockList(ManifestEntry.CountBlocks(stat.Size));

    /// <summary>Whether an equal look at its attributes later on proves that it has not changed.</summary>
    public bool CanBeKnownAgain =>
        Blocks.IsWhole && seenAtNs - Math.Max(stat.ModifiedNs, stat.ChangedNs) >= (isLive ? InFlightNs : RacyNs) && !MayBeMapped;

    /// <summary>Whether the file certainly holds what was read, going by its attributes.</summary>
    public bool IsStill(FileStat now) => stat.HasContentOf(now) && CanBeKnownAgain;

    public int BlockLength(int index) => (int)Math.Min(ArchiveFormat.BlockSize, stat.Size - ((long)index * ArchiveFormat.BlockSize));

    // A page that is mapped and dirty takes writes that no time tells of. Servers map the log of prepared transactions,
    // and with myisam_use_mmap the data of MyISAM tables.
    private bool MayBeMapped => path == "tc.log" || path.EndsWith(".MYD", StringComparison.OrdinalIgnoreCase);
}
