using System.Runtime.InteropServices;
using BackupOperator.Sidecar.Native;
using Microsoft.Win32.SafeHandles;

namespace BackupOperator.Sidecar.Locking;

/// <summary>
/// A lock on a whole file that belongs to this object's open file description (<c>fcntl(F_OFD_SETLK)</c>): unlike a
/// plain POSIX lock it stays when another descriptor of the same file is closed, as the archiver does all the time.
/// It conflicts with the POSIX write lock that InnoDB holds on its system tablespace while it runs.
/// </summary>
public sealed class OpenFileLock : IDisposable
{
    private const int TryAgain = 11; // EAGAIN
    private const int AccessDenied = 13; // EACCES, which POSIX allows in place of EAGAIN

    private readonly SafeFileHandle _file;

    private OpenFileLock(SafeFileHandle file, string path)
    {
        _file = file;
        Path = path;
    }

    public string Path { get; }

    /// <summary>Takes a read lock through a read-only descriptor, or a write lock through one that may write.</summary>
    /// <returns>Null where another process holds a lock that conflicts.</returns>
    /// <exception cref="IOException">The file cannot be opened, or the file system has no locks.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be opened.</exception>
    public static OpenFileLock? TryTake(string path, bool write)
    {
        var file = File.OpenHandle(
            path, FileMode.Open, write ? FileAccess.ReadWrite : FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var request = new FileLock { Type = write ? FileLock.Write : FileLock.Read };
        if (LibC.FileControl(file, FileLock.SetOpenFileDescriptionLock, ref request) == 0)
        {
            return new OpenFileLock(file, path);
        }

        var error = Marshal.GetLastPInvokeError();
        var failure = LibC.LastError($"Cannot lock {path}");
        file.Dispose();
        return error is TryAgain or AccessDenied ? null : throw failure;
    }

    /// <summary>Releases the lock.</summary>
    public void Dispose() => _file.Dispose();
}
