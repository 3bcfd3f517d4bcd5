using BackupOperator.Archive.Native;
using Microsoft.Win32.SafeHandles;

namespace BackupOperator.Archive.Writing;

/// <summary>
/// A file of the data directory, read by several threads at once. What lies on the disk is read past the page cache: that
/// costs half of the time, and leaves the memory to the database. What is in the page cache already is taken from there.
/// </summary>
internal sealed class SourceFile
{
    private const int InvalidArgument = 22; // EINVAL

    // For less, the second open costs more than it saves.
    private const long SmallestDirect = 128 << 10;

    private readonly SafeFileHandle? _direct;
    private readonly bool _isNew;
    private volatile bool _refusesDirect;
    private int _users = 1;

    private SourceFile(string fullPath, SafeFileHandle handle, SafeFileHandle? direct)
    {
        FullPath = fullPath;
        Handle = handle;
        _direct = direct;
        _isNew = PageCache.HoldsNothing(handle);
    }

    public string FullPath { get; }

    public SafeFileHandle Handle { get; }

    /// <param name="size">Its size, as was just seen.</param>
    /// <param name="pastCache">Whether the file system can be trusted with reading past the page cache.</param>
    public static SourceFile Open(string fullPath, long size, bool pastCache)
    {
        var handle = File.OpenHandle(fullPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);

        // By the handle and not by the path, which may stand for another file by now.
        var direct = pastCache && size >= SmallestDirect ? Syscalls.TryOpenDirect($"/proc/self/fd/{handle.DangerousGetHandle()}", FileAccess.Read) : null;
        return new SourceFile(fullPath, handle, direct);
    }

    /// <summary>Reads a block.</summary>
    /// <param name="buffer">At the beginning of a page, and of whole pages.</param>
    /// <param name="length">Bytes that are wanted.</param>
    /// <returns>Fewer where the file ends.</returns>
    public int Read(Memory<byte> buffer, int length, long offset)
    {
        var done = _direct is null || _refusesDirect || PageCache.Holds(Handle, offset, length) ? 0 : ReadDirectly(buffer.Span, length, offset);
        int read;
        while (done < length && (read = RandomAccess.Read(Handle, buffer.Span[done..length], offset + done)) > 0)
        {
            done += read;
        }

        return done;
    }

    /// <summary>A block will be read soon.</summary>
    public void Announce(int length, long offset)
    {
        if (_direct is null || _refusesDirect)
        {
            PageCache.Fetch(Handle, offset, length);
        }
    }

    /// <summary>One more will read from it.</summary>
    public void Use() => Interlocked.Increment(ref _users);

    /// <summary>One reads from it no more.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            if (_isNew)
            {
                // What was read through the page cache came there for this only, and counts against the container's limit.
                PageCache.Drop(Handle);
            }

            _direct?.Dispose();
            Handle.Dispose();
        }
    }

    // The same bytes as through the page cache: of a range that is read past it, the kernel first writes out what is dirty
    // there, and waits for it (mm/filemap.c, kiocb_write_and_wait; called by iomap, and by btrfs through it). So nothing is
    // missed that a server has written before it ended.
    private int ReadDirectly(Span<byte> buffer, int length, long offset)
    {
        var done = 0;
        try
        {
            var pages = (length + ArchiveFormat.PageSize - 1) / ArchiveFormat.PageSize * ArchiveFormat.PageSize;
            int read;
            while (done < length && done % ArchiveFormat.PageSize == 0 && (read = RandomAccess.Read(_direct!, buffer[done..pages], offset + done)) > 0)
            {
                done += read;
            }
        }
        catch (Exception error) when (error is ArgumentException || error.HResult == InvalidArgument)
        {
            // A disk with larger pages, or a file system that says no only now.
            _refusesDirect = true;
        }

        // What has been appended meanwhile is not wanted.
        return Math.Min(done, length);
    }
}
