using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace BackupOperator.Archive.Native;

/// <summary>What the kernel keeps of files in memory.</summary>
internal static partial class PageCache
{
    private const int WillNeed = 3; // POSIX_FADV_WILLNEED
    private const int DoNotNeed = 4; // POSIX_FADV_DONTNEED

    // cachestat(2), of Linux 6.5: the same number on every architecture.
    private const int CacheStat = 451;
    private static volatile bool _isUnknown;

    [StructLayout(LayoutKind.Sequential)]
    private struct Range
    {
        public ulong Offset;
        public ulong Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Counts
    {
        public ulong Cached;
        public ulong Dirty;
        public ulong Writeback;
        public ulong Evicted;
        public ulong RecentlyEvicted;
    }

    /// <summary>Whether a range, from the beginning of a page on, need not be read from the disk. False where the kernel does not tell.</summary>
    public static bool Holds(SafeFileHandle file, long offset, int length) =>
        CountPages(file, offset, length) is { } cached && cached >= (ulong)((length + ArchiveFormat.PageSize - 1) / ArchiveFormat.PageSize);

    /// <summary>Whether nothing of a file is there. False where the kernel does not tell.</summary>
    public static bool HoldsNothing(SafeFileHandle file) => CountPages(file, 0, 0) == 0;

    /// <summary>Lets the kernel begin to read a range; whether it does makes no difference to anything but time.</summary>
    public static void Fetch(SafeFileHandle file, long offset, long length) => _ = Advise(file, offset, length, WillNeed);

    /// <summary>Lets the kernel forget what of a file is on the disk anyway.</summary>
    public static void Drop(SafeFileHandle file) => _ = Advise(file, 0, 0, DoNotNeed);

    // A length of 0: to the end of the file.
    private static ulong? CountPages(SafeFileHandle file, long offset, long length)
    {
        if (_isUnknown)
        {
            return null;
        }

        var range = new Range { Offset = (ulong)offset, Length = (ulong)length };
        if (ReadCacheStat(CacheStat, file, in range, out var counts, 0) != 0)
        {
            // An older kernel, or a filter of system calls.
            _isUnknown = true;
            return null;
        }

        return counts.Cached;
    }

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int Advise(SafeFileHandle file, long offset, long length, int advice);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint ReadCacheStat(nint number, SafeFileHandle file, in Range range, out Counts counts, uint flags);
}
