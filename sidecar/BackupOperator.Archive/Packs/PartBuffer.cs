using System.Buffers;
using System.Runtime.InteropServices;

namespace BackupOperator.Archive.Packs;

/// <summary>
/// Room for one part, outside of the collected heap and at an address that a disk can be written from without a copy.
/// </summary>
internal sealed unsafe class PartBuffer(int size) : MemoryManager<byte>
{
    private void* _address = NativeMemory.AlignedAlloc((nuint)size, ArchiveFormat.PageSize);

    public override Span<byte> GetSpan() => new(_address, _address is null ? 0 : size);

    public override MemoryHandle Pin(int elementIndex = 0) => new((byte*)_address + elementIndex);

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
        NativeMemory.AlignedFree(_address);
        _address = null;
    }
}
