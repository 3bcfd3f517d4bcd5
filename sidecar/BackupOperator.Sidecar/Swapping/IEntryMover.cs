using BackupOperator.Sidecar.Native;

namespace BackupOperator.Sidecar.Swapping;

/// <summary>The only two things by which a swap changes the disk, beside its journal; a seam for crash tests.</summary>
public interface IEntryMover
{
    /// <summary>Renames within one file system. The caller has made sure that nothing is overwritten.</summary>
    void Move(string from, string to);

    /// <summary>Makes the moves out of and into a directory durable.</summary>
    void Flush(string directory);
}

/// <summary>rename(2) and fsync(2).</summary>
public sealed class EntryMover : IEntryMover
{
    public void Move(string from, string to)
    {
        if (LibC.Rename(from, to) != 0)
        {
            throw LibC.LastError($"Cannot rename {from} to {to}");
        }
    }

    public void Flush(string directory) => DirectoryFlush.Flush(directory);
}
