using System.Buffers;
using System.Runtime.InteropServices;

namespace BackupOperator.Archive.Native;

/// <summary>
/// Memory outside of the collected heap, at an address that a disk can be read to and written from without a copy.
/// </summary>
internal sealed unsafe class PageBuffer : MemoryManager<byte>
{
    private static long _bytesInUse;
    private readonly int _size;
    private void* _address;

    public PageBuffer(int size)
    {
        _size = size;
        _address = NativeMemory.AlignedAlloc((nuint)size, ArchiveFormat.PageSize);
        Interlocked.Add(ref _bytesInUse, size);
    }

    /// <summary>Of all buffers of the process that were not freed; nobody else would ever free them.</summary>
    public static long BytesInUse => Interlocked.Read(ref _bytesInUse);

    public override Span<byte> GetSpan() => new(_address, _address is null ? 0 : _size);

    public override MemoryHandle Pin(int elementIndex = 0) => new((byte*)_address + elementIndex);

    public override void Unpin()
    {
    }

    /// <summary>Nobody may use it any more.</summary>
    public void Free() => ((IDisposable)this).Dispose();

    protected override void Dispose(bool disposing)
    {
        if (_address is not null)
        {
            NativeMemory.AlignedFree(_address);
            _address = null;
            Interlocked.Add(ref _bytesInUse, -_size);
        }
    }
}
