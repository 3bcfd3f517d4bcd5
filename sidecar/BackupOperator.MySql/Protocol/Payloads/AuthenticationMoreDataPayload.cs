using BackupOperator.MySql.Protocol.Serialization;

namespace BackupOperator.MySql.Protocol.Payloads;

/// <summary>
/// The plugin's exchange goes on.
/// Source: https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_auth_more_data.html.
/// </summary>
internal static class AuthenticationMoreDataPayload
{
    public const byte Header = 1;

    public static byte[] Parse(ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload);
        reader.ReadByte();
        return reader.ReadRest().ToArray();
    }
}
