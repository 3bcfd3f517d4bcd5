using System.Buffers;
using System.Buffers.Binary;

namespace BackupOperator.MySql.Protocol.Serialization;

/// <summary>
/// Payloads over a byte stream: each packet has a three-byte length and a sequence number, and a payload of 16 MiB − 1
/// bytes or more goes on in the next packet.
/// Source: https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_packets.html.
/// </summary>
internal sealed class PacketStream(Stream stream) : IAsyncDisposable
{
    private const int HeaderLength = 4;

    private readonly byte[] _buffer = new byte[16 << 10];
    private int _start;
    private int _end;
    private byte _sequence;

    /// <summary>The largest payload to accept.</summary>
    public int MaxPayload { get; set; } = ProtocolLimits.MaxLoginPayload;

    public Stream Stream => stream;

    /// <summary>Bytes that arrived and were not asked for yet.</summary>
    public int Buffered => _end - _start;

    /// <summary>The number of the next packet; it goes on when the stream changes below, as it does to TLS.</summary>
    public byte Sequence
    {
        get => _sequence;
        init => _sequence = value;
    }

    /// <summary>A command begins: the numbers of its packets start at 0.</summary>
    public void BeginCommand() => _sequence = 0;

    /// <summary>The next payload.</summary>
    /// <exception cref="MySqlProtocolException">Too long, or out of sequence.</exception>
    /// <exception cref="EndOfStreamException">The server hung up.</exception>
    public async Task<byte[]> ReadAsync(CancellationToken cancellationToken)
    {
        var payload = new ArrayBufferWriter<byte>(256);
        while (true)
        {
            await FillAsync(HeaderLength, cancellationToken);
            var length = BinaryPrimitives.ReadInt32LittleEndian(_buffer.AsSpan(_start)) & ProtocolLimits.MaxPacket;
            var sequence = _buffer[_start + 3];
            _start += HeaderLength;
            if (length > MaxPayload - payload.WrittenCount)
            {
                throw new MySqlProtocolException($"The server announced a packet of more than {MaxPayload} bytes.");
            }

            var isFirst = payload.WrittenCount == 0;
            await ReadPacketAsync(payload, length, cancellationToken);

            // An error may come out of turn: a server that shuts down, or has waited too long, says so before it is asked.
            var isError = isFirst && length > 0 && payload.WrittenSpan[0] == Payloads.ErrorPayload.Header;
            if (sequence != _sequence && !isError)
            {
                throw new MySqlProtocolException($"The server sent packet {sequence} where {_sequence} was due.");
            }

            _sequence = (byte)(sequence + 1);
            if (length < ProtocolLimits.MaxPacket)
            {
                return payload.WrittenSpan.ToArray();
            }
        }
    }

    public async Task WriteAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        while (true)
        {
            var length = Math.Min(payload.Length, ProtocolLimits.MaxPacket);
            var packet = new byte[HeaderLength + length];
            BinaryPrimitives.WriteInt32LittleEndian(packet, length | (_sequence++ << 24));
            payload[..length].CopyTo(packet.AsMemory(HeaderLength));
            await stream.WriteAsync(packet, cancellationToken);
            payload = payload[length..];
            if (length < ProtocolLimits.MaxPacket)
            {
                break;
            }
        }

        await stream.FlushAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    // Memory grows with what arrives, not with what a header promises.
    private async Task ReadPacketAsync(ArrayBufferWriter<byte> payload, int length, CancellationToken cancellationToken)
    {
        while (length > 0)
        {
            await FillAsync(1, cancellationToken);
            var count = Math.Min(length, Buffered);
            payload.Write(_buffer.AsSpan(_start, count));
            _start += count;
            length -= count;
        }
    }

    private async Task FillAsync(int count, CancellationToken cancellationToken)
    {
        if (Buffered >= count)
        {
            return;
        }

        _buffer.AsSpan(_start, Buffered).CopyTo(_buffer);
        _end = Buffered;
        _start = 0;
        while (_end < count)
        {
            var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
            if (read == 0)
            {
                throw new EndOfStreamException("the server closed the connection");
            }

            _end += read;
        }
    }
}
