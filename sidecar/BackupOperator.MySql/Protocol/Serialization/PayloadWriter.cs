using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace BackupOperator.MySql.Protocol.Serialization;

/// <summary>Writes the protocol's basic types; the counterpart of <see cref="PayloadReader"/>.</summary>
internal sealed class PayloadWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new(256);

    public ReadOnlyMemory<byte> Payload => _buffer.WrittenMemory;

    public PayloadWriter Byte(byte value)
    {
        _buffer.Write([value]);
        return this;
    }

    public PayloadWriter UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer.GetSpan(4), value);
        _buffer.Advance(4);
        return this;
    }

    public PayloadWriter Zeros(int count)
    {
        _buffer.GetSpan(count)[..count].Clear();
        _buffer.Advance(count);
        return this;
    }

    public PayloadWriter Bytes(ReadOnlySpan<byte> bytes)
    {
        _buffer.Write(bytes);
        return this;
    }

    /// <exception cref="ArgumentException">The text has a NUL, behind which the server would read something else.</exception>
    public PayloadWriter NullTerminated(string text) => text.Contains('\0')
        ? throw new ArgumentException("A user or database name must not have a NUL character.", nameof(text))
        : Bytes(Encoding.UTF8.GetBytes(text)).Byte(0);

    /// <summary>Bytes after their length as a length-encoded integer.</summary>
    /// <exception cref="ArgumentException">More bytes than a login needs.</exception>
    public PayloadWriter LengthEncodedBytes(ReadOnlySpan<byte> bytes)
    {
        switch (bytes.Length)
        {
            case < 0xFB:
                Byte((byte)bytes.Length);
                break;
            case <= ushort.MaxValue:
                Byte(0xFC).Byte((byte)bytes.Length).Byte((byte)(bytes.Length >> 8));
                break;
            default:
                throw new ArgumentException($"{bytes.Length} bytes are too long.", nameof(bytes));
        }

        return Bytes(bytes);
    }
}
