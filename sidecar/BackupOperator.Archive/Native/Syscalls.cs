using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace BackupOperator.Archive.Native;

/// <summary>Calls of the C library that .NET has no words for.</summary>
internal static partial class Syscalls
{
    private const int SeekData = 3;
    private const int SeekHole = 4;
    private const int NoSuchDataError = 6;
    private const int ReadOnly = 0;
    private const int WriteOnly = 1;
    private const int CloseOnExec = 0x80000;
    private const int CurrentDirectory = -100;
    private const int NoReplace = 1;
    private const int DoNotFollow = 0x100;
    private const int PunchHole = 2;
    private const int KeepSize = 1;
    private const int StartWriting = 2;
    private const int ExistsError = 17;
    private const int NoSpaceError = 28;
    private const int QuotaError = 122;
    private const int WhoIsProcess = 1;
    private const int BestEffort = 2;
    private const int LowestLevel = 7;

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }

    /// <summary>The first byte at or after <paramref name="offset"/> that is no hole; null where only a hole follows.</summary>
    public static long? NextData(SafeFileHandle file, long offset)
    {
        var found = Seek(file, offset, SeekData);
        if (found >= 0)
        {
            return found;
        }

        // A file system without holes says EINVAL: everything is data.
        return Marshal.GetLastPInvokeError() == NoSuchDataError ? null : offset;
    }

    /// <summary>The first byte of the next hole, or the end of the file.</summary>
    public static long NextHole(SafeFileHandle file, long offset, long size)
    {
        var found = Seek(file, offset, SeekHole);
        return found >= 0 ? found : size;
    }

    /// <summary>
    /// Opens a file to be read or written past the page cache: without a copy, and without pushing out of it what the
    /// database on the same machine needs.
    /// </summary>
    /// <returns>Null where the file system cannot.</returns>
    public static SafeFileHandle? TryOpenDirect(string path, FileAccess access)
    {
        // asm-generic/fcntl.h and arch/arm64/include/uapi/asm/fcntl.h
        var direct = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => 0x4000,
            Architecture.Arm64 => 0x10000,
            _ => 0,
        };
        var file = direct == 0 ? -1 : Open(path, (access == FileAccess.Read ? ReadOnly : WriteOnly) | direct | CloseOnExec);
        return file < 0 ? null : new SafeFileHandle(file, ownsHandle: true);
    }

    /// <summary>Makes the names in a directory durable.</summary>
    public static void FlushDirectory(string path)
    {
        var directory = Open(path, ReadOnly | CloseOnExec);
        if (directory < 0)
        {
            throw Error($"Cannot open {path}");
        }

        try
        {
            if (Fsync(directory) != 0)
            {
                throw Error($"Cannot flush {path}");
            }
        }
        finally
        {
            _ = Close(directory);
        }
    }

    /// <summary>Makes everything that was written to the file system of a folder durable.</summary>
    public static void FlushFileSystem(string path)
    {
        var directory = Open(path, ReadOnly | CloseOnExec);
        if (directory < 0)
        {
            throw Error($"Cannot open {path}");
        }

        try
        {
            if (SyncFs(directory) != 0)
            {
                throw Error($"Cannot flush the file system of {path}");
            }
        }
        finally
        {
            _ = Close(directory);
        }
    }

    public static void ChangeOwner(string path, uint user, uint group)
    {
        if (LChown(path, user, group) != 0)
        {
            throw Error($"Cannot change the owner of {path} to {user}:{group}");
        }
    }

    public static void ChangeMode(string path, int mode)
    {
        if (Chmod(path, (uint)mode) != 0)
        {
            throw Error($"Cannot change the mode of {path}");
        }
    }

    /// <summary>Gives a file its name unless that is taken; atomically wherever the file system knows how.</summary>
    /// <returns>False where the name is taken.</returns>
    public static bool TryRenameToNew(string from, string to)
    {
        if (RenameAt(CurrentDirectory, from, CurrentDirectory, to, NoReplace) == 0)
        {
            return true;
        }

        if (Marshal.GetLastPInvokeError() == ExistsError)
        {
            return false;
        }

        // NFS cannot rename like that, but a second name for a file is as atomic; FAT and SMB can neither.
        if (Link(from, to) == 0)
        {
            File.Delete(from);
            return true;
        }

        if (Marshal.GetLastPInvokeError() == ExistsError || FileStat.TryRead(to) is not null)
        {
            return false;
        }

        File.Move(from, to);
        return true;
    }

    /// <summary>Sets the time of the last change, to the nanosecond; of a link, its own.</summary>
    public static void ChangeTime(string path, long nanoseconds)
    {
        var (seconds, rest) = Math.DivRem(nanoseconds, 1_000_000_000);
        if (rest < 0)
        {
            (seconds, rest) = (seconds - 1, rest + 1_000_000_000);
        }

        var time = new TimeSpec { Seconds = seconds, Nanoseconds = rest };
        if (SetTimes(CurrentDirectory, path, [time, time], DoNotFollow) != 0)
        {
            throw Error($"Cannot change the time of {path}");
        }
    }

    /// <summary>Makes a range of a file all zeros, without space on the disk.</summary>
    /// <returns>False where the file system cannot.</returns>
    public static bool TryPunchHole(SafeFileHandle file, long offset, long length) =>
        FileAllocate(file, PunchHole | KeepSize, offset, length) == 0;

    /// <summary>
    /// Gives a range its place on the disk, in one piece where there is one; it reads as zeros until it is written, and the
    /// file keeps its length. A file system that cannot does it when it is written.
    /// </summary>
    /// <exception cref="IOException">There is no room for it.</exception>
    public static void Reserve(SafeFileHandle file, long offset, long length)
    {
        if (FileAllocate(file, KeepSize, offset, length) != 0 && Marshal.GetLastPInvokeError() is NoSpaceError or QuotaError)
        {
            throw Error($"Cannot reserve {length} bytes");
        }
    }

    /// <summary>Lets the kernel begin to write a range to the disk; whether it does makes no difference to anything but time.</summary>
    public static void BeginFlush(SafeFileHandle file, long offset, long length) => _ = SyncFileRange(file, offset, length, StartWriting);

    /// <summary>
    /// Lets others go first at the disk, from this thread on (ioprio_set(2): best effort, the lowest level). Only some I/O
    /// schedulers heed it.
    /// </summary>
    public static void YieldDisk()
    {
        // asm/unistd_64.h and asm-generic/unistd.h; the C library has no wrapper.
        var number = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => 251,
            Architecture.Arm64 => 30,
            _ => 0,
        };
        if (number != 0)
        {
            _ = SystemCall(number, WhoIsProcess, 0, (BestEffort << 13) | LowestLevel);
        }
    }

    public static bool IsRoot => EffectiveUser() == 0;

    private static IOException Error(string what)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"{what}: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    private static partial long Seek(SafeFileHandle file, long offset, int whence);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    private static partial int SyncFs(int file);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int file);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int file);

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int LChown(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "chmod", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Chmod(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string from, string to);

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameAt(int fromDirectory, string from, int toDirectory, string to, uint flags);

    [LibraryImport("libc", EntryPoint = "utimensat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetTimes(int directory, string path, TimeSpec[] times, int flags);

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    private static partial int FileAllocate(SafeFileHandle file, int mode, long offset, long length);

    [LibraryImport("libc", EntryPoint = "sync_file_range", SetLastError = true)]
    private static partial int SyncFileRange(SafeFileHandle file, long offset, long length, uint flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint first, nint second, nint third);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
