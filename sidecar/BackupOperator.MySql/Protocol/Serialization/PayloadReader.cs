using System.Buffers.Binary;
using System.Text;

namespace BackupOperator.MySql.Protocol.Serialization;

/// <summary>
/// Reads the protocol's basic types from a payload and trusts nothing: whatever does not fit is a
/// <see cref="MySqlProtocolException"/>.
/// Source: https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_data_types.html.
/// </summary>
internal ref struct PayloadReader(ReadOnlySpan<byte> payload)
{
    private readonly ReadOnlySpan<byte> _payload = payload;
    private int _position;

    public readonly int Remaining => _payload.Length - _position;

    public readonly byte PeekByte() => Remaining > 0 ? _payload[_position] : throw Short(1);

    public byte ReadByte() => ReadBytes(1)[0];

    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(ReadBytes(2));

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(ReadBytes(4));

    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(ReadBytes(8));

    public ReadOnlySpan<byte> ReadBytes(int count)
    {
        if (count < 0 || count > Remaining)
        {
            throw Short(count);
        }

        var bytes = _payload.Slice(_position, count);
        _position += count;
        return bytes;
    }

    public ReadOnlySpan<byte> ReadRest() => ReadBytes(Remaining);

    /// <summary>Bytes up to a NUL, which is consumed.</summary>
    public ReadOnlySpan<byte> ReadNullTerminated()
    {
        var length = _payload[_position..].IndexOf((byte)0);
        if (length < 0)
        {
            throw new MySqlProtocolException("A packet of the server lacks the end of a string.");
        }

        var bytes = ReadBytes(length);
        _position++;
        return bytes;
    }

    /// <summary>Bytes up to a NUL or, where there is none, to the end.</summary>
    public ReadOnlySpan<byte> ReadNullTerminatedOrRest() =>
        _payload[_position..].Contains((byte)0) ? ReadNullTerminated() : ReadRest();

    public ulong ReadLengthEncodedInteger() => ReadByte() switch
    {
        var small and < 0xFB => small,
        0xFC => ReadUInt16(),
        0xFD => ReadUInt16() | ((ulong)ReadByte() << 16),
        0xFE => ReadUInt64(),
        var other => throw new MySqlProtocolException($"A packet of the server has 0x{other:X2} where a length belongs."),
    };

    public ReadOnlySpan<byte> ReadLengthEncodedBytes()
    {
        var length = ReadLengthEncodedInteger();
        return length <= (ulong)Remaining
            ? ReadBytes((int)length)
            : throw new MySqlProtocolException($"A packet of the server names {length} bytes where {Remaining} are left.");
    }

    /// <summary>Text that came from the server, made fit for a log: control characters become spaces.</summary>
    public static string ToText(ReadOnlySpan<byte> bytes, int maxLength)
    {
        var text = Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, maxLength)]);
        return string.Create(text.Length, text, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = char.IsControl(source[i]) ? ' ' : source[i];
            }
        });
    }

    private readonly MySqlProtocolException Short(int wanted) =>
        new($"A packet of the server ends early: {wanted} bytes wanted, {Remaining} left.");
}
