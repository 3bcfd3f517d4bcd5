using BackupOperator.MySql.Protocol.Serialization;

namespace BackupOperator.MySql.Protocol.Payloads;

/// <summary>
/// Success, or the end of a result set where that is an OK packet with the header of an EOF packet.
/// Source: https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_ok_packet.html.
/// </summary>
internal sealed record OkPayload(ulong AffectedRows, ulong LastInsertId, ServerStatus Status, ushort Warnings)
{
    public const byte Header = 0;

    public static bool Is(ReadOnlySpan<byte> payload) => payload.Length > 0 && payload[0] == Header;

    public static OkPayload Parse(ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload);
        reader.ReadByte();
        return new OkPayload(
            reader.ReadLengthEncodedInteger(),
            reader.ReadLengthEncodedInteger(),
            (ServerStatus)reader.ReadUInt16(),
            reader.ReadUInt16());
    }
}
