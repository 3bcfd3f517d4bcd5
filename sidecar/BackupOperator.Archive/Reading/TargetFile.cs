using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Native;
using Microsoft.Win32.SafeHandles;

namespace BackupOperator.Archive.Reading;

/// <summary>A file that is being restored; it is finished when its last block is written.</summary>
internal sealed class TargetFile
{
    private const int InvalidArgument = 22; // EINVAL

    private readonly string _fullPath;
    private readonly SafeFileHandle _handle;
    private readonly SafeFileHandle? _direct;
    private volatile bool _refusesDirect;
    private int _pending = 1;

    public TargetFile(ManifestEntry entry, string fullPath)
    {
        Entry = entry;
        _fullPath = fullPath;
        WasThere = File.Exists(fullPath);
        _handle = File.OpenHandle(fullPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        if (RandomAccess.GetLength(_handle) != entry.Size)
        {
            // A new file is one hole, so holes are in their places from the beginning.
            RandomAccess.SetLength(_handle, 0);
            RandomAccess.SetLength(_handle, entry.Size);
            WasThere = false;
        }

        _direct = entry.Size >= ArchiveFormat.BlockSize ? Syscalls.TryOpenDirect(fullPath, FileAccess.Write) : null;
    }

    public ManifestEntry Entry { get; }

    /// <summary>Whether an attempt before this one may have written parts of it.</summary>
    public bool WasThere { get; }

    public static long PlaceOf(int index) => (long)index * ArchiveFormat.BlockSize;

    /// <summary>Gives blocks that follow one another their place on the disk before they come, in any order, from several requests.</summary>
    public void Reserve(int index, int count)
    {
        // A single block lies in one piece anyway.
        if (count > 1)
        {
            Syscalls.Reserve(_handle, PlaceOf(index), Math.Min(Entry.Size - PlaceOf(index), PlaceOf(count)));
        }
    }

    public void Write(int index, ReadOnlyMemory<byte> plain)
    {
        if (!TryWriteDirectly(index, plain))
        {
            RandomAccess.Write(_handle, plain.Span, PlaceOf(index));
        }
    }

    /// <summary>Whether a block is there already.</summary>
    public bool Holds(int index, BlockReference block, byte[] buffer)
    {
        var wanted = buffer.AsSpan(0, Entry.BlockLength(index));
        return WasThere && Fill(wanted, PlaceOf(index)) && Pieces.Digest(wanted) == block.Digest;
    }

    /// <summary>Sees to it that a range is a hole, whatever was there.</summary>
    public void Clear(long from, long to)
    {
        if (!WasThere || from >= to || Syscalls.TryPunchHole(_handle, from, to - from))
        {
            return;
        }

        var zeros = new byte[ArchiveFormat.BlockSize];
        for (; from < to; from += zeros.Length)
        {
            RandomAccess.Write(_handle, zeros.AsSpan(0, (int)Math.Min(zeros.Length, to - from)), from);
        }
    }

    public void Expect() => Interlocked.Increment(ref _pending);

    /// <summary>One block is written, or none is wanted any more.</summary>
    /// <returns>True when the file is finished.</returns>
    public bool Finish()
    {
        if (Interlocked.Decrement(ref _pending) > 0)
        {
            return false;
        }

        _handle.Dispose();
        _direct?.Dispose();
        Attributes.Apply(Entry, _fullPath);
        return true;
    }

    // Past the page cache, where file system and address allow it: what is restored is not read soon, and the memory is the
    // database's.
    private unsafe bool TryWriteDirectly(int index, ReadOnlyMemory<byte> plain)
    {
        using var pinned = plain.Pin();
        if (_direct is null || _refusesDirect || ((nint)pinned.Pointer | plain.Length) % ArchiveFormat.PageSize != 0)
        {
            return false;
        }

        try
        {
            RandomAccess.Write(_direct, plain.Span, PlaceOf(index));
            return true;
        }
        catch (Exception error) when (error is ArgumentException || error.HResult == InvalidArgument)
        {
            // A disk with larger pages, or a file system that says no only now.
            _refusesDirect = true;
            return false;
        }
    }

    private bool Fill(Span<byte> buffer, long offset)
    {
        while (buffer.Length > 0)
        {
            var read = RandomAccess.Read(_handle, buffer, offset);
            if (read == 0)
            {
                return false;
            }

            buffer = buffer[read..];
            offset += read;
        }

        return true;
    }
}
