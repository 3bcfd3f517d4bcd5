using System.Runtime.InteropServices;

namespace BackupOperator.Archive.Native;

/// <summary>What the file system under a folder is and has left (<c>statfs(2)</c>).</summary>
internal static partial class FileSystems
{
    // linux/magic.h: file systems whose attributes come from this machine's own kernel.
    private static readonly long[] Local =
        [0xEF53, 0x58465342, 0x9123683E, 0x01021994, 0x794C7630, 0x2FC12FC1, 0xF2F52010, 0x3153464A, 0x858458F6, 0xCA451A4E];

    // Of these, the ones whose SEEK_HOLE has always told the truth. ZFS once took data for holes that had just been
    // written (https://github.com/openzfs/zfs/issues/15526).
    private static readonly long[] Sparse = [0xEF53, 0x58465342, 0x9123683E, 0x01021994, 0xF2F52010];

    // Where reading past the page cache is both possible and known to see what was written through it.
    private static readonly long[] Direct = [0xEF53, 0x58465342, 0x9123683E, 0xF2F52010, 0x794C7630];

    // Large enough for struct statfs of every 64-bit Linux; type, block size, blocks, free and available come first.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Statfs
    {
        [FieldOffset(0)]
        public long Type;
        [FieldOffset(8)]
        public long BlockSize;
        [FieldOffset(16)]
        public ulong Blocks;
        [FieldOffset(24)]
        public ulong Free;
        [FieldOffset(32)]
        public ulong Available;
    }

    /// <summary>False for NFS, SMB, FUSE and what is unknown: their attributes may be cached and old.</summary>
    public static bool HasTrustedTimes(string folder) => Local.Contains(Read(folder).Type & 0xFFFFFFFF);

    /// <summary>Whether holes need not be read to know that they are zeros.</summary>
    public static bool HasTrustedHoles(string folder) => Sparse.Contains(Read(folder).Type & 0xFFFFFFFF);

    /// <summary>Whether files may be read past the page cache.</summary>
    public static bool HasTrustedDirectReads(string folder) => Direct.Contains(Read(folder).Type & 0xFFFFFFFF);

    public static long AvailableBytes(string folder)
    {
        var stat = Read(folder);
        return (long)Math.Min(stat.Available * (ulong)stat.BlockSize, long.MaxValue);
    }

    /// <summary>What there is for data: what <c>df</c> takes the share of use from, without what is reserved for root.</summary>
    public static long CapacityBytes(string folder)
    {
        var stat = Read(folder);
        return (long)Math.Min((stat.Blocks - stat.Free + stat.Available) * (ulong)stat.BlockSize, long.MaxValue);
    }

    private static Statfs Read(string folder) =>
        ReadStatfs(folder, out var stat) == 0
            ? stat
            : throw new IOException($"Cannot read the file system of {folder}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");

    [LibraryImport("libc", EntryPoint = "statfs", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ReadStatfs(string path, out Statfs stat);
}
