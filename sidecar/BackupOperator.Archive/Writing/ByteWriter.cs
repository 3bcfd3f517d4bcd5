using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace BackupOperator.Archive.Writing;

/// <summary>Puts values one after the other into bytes; a <see cref="ByteReader"/> has them back.</summary>
internal ref struct ByteWriter(Span<byte> to)
{
    /// <summary>Most bytes of a number.</summary>
    public const int LongestNumber = 10;

    private readonly Span<byte> _to = to;

    /// <summary>Bytes that were written.</summary>
    public int Length { get; private set; }

    /// <summary>The most bytes that a text can take.</summary>
    public static int Most(int characters) => LongestNumber + Encoding.UTF8.GetMaxByteCount(characters);

    public void Write<T>(T value)
        where T : unmanaged
    {
        MemoryMarshal.Write(_to[Length..], value);
        Length += Unsafe.SizeOf<T>();
    }

    /// <summary>In as few bytes as it needs, seven bits in each.</summary>
    public void WriteNumber(ulong value)
    {
        for (; value > 0x7F; value >>= 7)
        {
            _to[Length++] = (byte)(value | 0x80);
        }

        _to[Length++] = (byte)value;
    }

    public void WriteText(ReadOnlySpan<char> text)
    {
        WriteNumber((ulong)Encoding.UTF8.GetByteCount(text));
        Length += Encoding.UTF8.GetBytes(text, _to[Length..]);
    }
}
