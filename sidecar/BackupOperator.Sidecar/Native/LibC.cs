using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace BackupOperator.Sidecar.Native;

/// <summary>The calls of the C library that .NET has no equivalent for. Errors are in <see cref="Marshal.GetLastPInvokeError"/>.</summary>
internal static partial class LibC
{
    public const int ReadOnlyDirectory = 0x80000; // O_RDONLY | O_CLOEXEC; O_DIRECTORY differs between x64 and arm64

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int FileControl(SafeFileHandle file, int command, ref FileLock argument);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Rename(string from, string to);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int Flush(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ChangeOwner(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    public const int MayRead = 4; // R_OK
    public const int MayWrite = 2; // W_OK
    public const int AsEffectiveUser = 0x200; // AT_EACCESS

    [LibraryImport("libc", EntryPoint = "faccessat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MayAccess(int directory, string path, int mode, int flags);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ReadAttributes(int directory, string path, int flags, uint mask, out FileAttributes attributes);

    /// <summary>An exception that says what failed, on which path, and the system's word for the error.</summary>
    public static IOException LastError(string what)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"{what}: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }
}
