using BackupOperator.MySql.Protocol.Serialization;

namespace BackupOperator.MySql.Protocol.Payloads;

/// <summary>Source: https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_eof_packet.html.</summary>
internal sealed record EofPayload(ushort Warnings, ServerStatus Status)
{
    public const byte Header = 0xFE;

    /// <summary>Below nine bytes: a longer one with this header is a row that begins with a huge value.</summary>
    public static bool Is(ReadOnlySpan<byte> payload) => payload.Length is > 0 and < 9 && payload[0] == Header;

    public static EofPayload Parse(ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload);
        reader.ReadByte();
        return new EofPayload(reader.ReadUInt16(), (ServerStatus)reader.ReadUInt16());
    }
}
