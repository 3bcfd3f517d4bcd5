using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace BackupOperator.Archive.Native;

/// <summary>Calls of the C library that .NET has no words for.</summary>
internal static partial class Syscalls
{
    private const int SeekData = 3;
    private const int SeekHole = 4;
    private const int NoSuchDataError = 6;
    private const int ReadOnlyDirectory = 0x10000;
    private const int CloseOnExec = 0x80000;

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

    /// <summary>Makes the names in a directory durable.</summary>
    public static void FlushDirectory(string path)
    {
        var directory = Open(path, ReadOnlyDirectory | CloseOnExec);
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
        var directory = Open(path, ReadOnlyDirectory | CloseOnExec);
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

    /// <summary>Renames, and refuses where the new name is taken (a hard link has that in it, a rename has not).</summary>
    /// <returns>False where the new name is taken.</returns>
    public static bool TryLink(string from, string to)
    {
        if (Link(from, to) == 0)
        {
            return true;
        }

        return Marshal.GetLastPInvokeError() == 17 ? false : throw Error($"Cannot create {to}");
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

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
