using System.Buffers;
using System.Runtime.InteropServices;

namespace BackupOperator.Archive.Native;

/// <summary>
/// Memory outside of the collected heap, at an address that a disk can be read to and written from without a copy.
/// </summary>
internal sealed unsafe class PageBuffer(int size) : MemoryManager<byte>
{
    private void* _address = NativeMemory.AlignedAlloc((nuint)size, ArchiveFormat.PageSize);

    public override Span<byte> GetSpan() => new(_address, _address is null ? 0 : size);

    public override MemoryHandle Pin(int elementIndex = 0) => new((byte*)_address + elementIndex);

    public override void Unpin()
    {
    }

    /// <summary>Nobody may use it any more.</summary>
    public void Free() => ((IDisposable)this).Dispose();

    protected override void Dispose(bool disposing)
    {
        NativeMemory.AlignedFree(_address);
        _address = null;
    }
}
