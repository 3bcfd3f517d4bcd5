using System.Runtime.InteropServices;

namespace BackupOperator.Archive.Native;

internal enum EntryKind
{
    File,
    Directory,
    Link,
    Other,
}

/// <summary>What <c>statx(2)</c> tells of a file. Times are nanoseconds since 1970.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly partial record struct FileStat(
    EntryKind Kind, int Mode, uint UserId, uint GroupId, long Size, long AllocatedBytes, ulong Inode, long ModifiedNs, long ChangedNs, uint Links)
{
    private const int AtFdCwd = -100;
    private const int AtSymlinkNoFollow = 0x100;
    private const uint BasicStats = 0x7ff;
    private const int NotFound = 2;
    private const int NotADirectory = 20;

    /// <summary>Whether nothing tells of a change between the two looks at a file.</summary>
    public bool HasContentOf(FileStat other) =>
        Kind == other.Kind && Size == other.Size && ModifiedNs == other.ModifiedNs && ChangedNs == other.ChangedNs && Inode == other.Inode;

    // linux/stat.h, struct statx: the same on every architecture.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Statx
    {
        [FieldOffset(16)]
        public uint Links;
        [FieldOffset(20)]
        public uint UserId;
        [FieldOffset(24)]
        public uint GroupId;
        [FieldOffset(28)]
        public ushort Mode;
        [FieldOffset(32)]
        public ulong Inode;
        [FieldOffset(40)]
        public ulong Size;
        [FieldOffset(48)]
        public ulong Sectors;
        [FieldOffset(96)]
        public long ChangedSeconds;
        [FieldOffset(104)]
        public uint ChangedNanoseconds;
        [FieldOffset(112)]
        public long ModifiedSeconds;
        [FieldOffset(120)]
        public uint ModifiedNanoseconds;
    }

    /// <returns>Null where there is nothing.</returns>
    /// <exception cref="IOException">It cannot be told whether there is something.</exception>
    public static FileStat? TryRead(string path) => TryRead(path, AtSymlinkNoFollow);

    /// <summary>As <see cref="TryRead(string)"/>, of what a link leads to.</summary>
    public static FileStat? TryFollow(string path) => TryRead(path, 0);

    private static FileStat? TryRead(string path, int flags)
    {
        if (ReadStatx(AtFdCwd, path, flags, BasicStats, out var stat) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            return error is NotFound or NotADirectory ? null : throw new IOException($"Cannot read the attributes of {path}: {Marshal.GetPInvokeErrorMessage(error)}", error);
        }

        var kind = (stat.Mode & 0xF000) switch
        {
            0x8000 => EntryKind.File,
            0x4000 => EntryKind.Directory,
            0xA000 => EntryKind.Link,
            _ => EntryKind.Other,
        };
        return new FileStat(
            kind,
            stat.Mode & 0xFFF,
            stat.UserId,
            stat.GroupId,
            (long)stat.Size,
            (long)stat.Sectors * 512,
            stat.Inode,
            (stat.ModifiedSeconds * 1_000_000_000) + stat.ModifiedNanoseconds,
            (stat.ChangedSeconds * 1_000_000_000) + stat.ChangedNanoseconds,
            stat.Links);
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ReadStatx(int directory, string path, int flags, uint mask, out Statx stat);
}
