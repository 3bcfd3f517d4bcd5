using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace BackupOperator.Archive.Writing;

/// <summary>Takes values from bytes in the order in which a <see cref="ByteWriter"/> has put them there.</summary>
internal ref struct ByteReader(ReadOnlySpan<byte> from)
{
    private readonly ReadOnlySpan<byte> _from = from;

    /// <summary>Bytes that were read.</summary>
    public int Length { get; private set; }

    public T Read<T>()
        where T : unmanaged
    {
        var value = MemoryMarshal.Read<T>(_from[Length..]);
        Length += Unsafe.SizeOf<T>();
        return value;
    }

    public ulong ReadNumber()
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var bits = _from[Length++];
            value |= (bits & 0x7FUL) << shift;
            if (bits < 0x80)
            {
                return value;
            }
        }
    }

    /// <param name="before">What comes before the text.</param>
    public string ReadText(ReadOnlySpan<char> before = default)
    {
        var size = (int)ReadNumber();
        Span<char> text = stackalloc char[256];
        if (size > text.Length)
        {
            text = new char[size];
        }

        text = text[..Encoding.UTF8.GetChars(_from.Slice(Length, size), text)];
        Length += size;
        return string.Concat(before, text);
    }
}
