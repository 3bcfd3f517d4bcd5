using BackupOperator.MySql.Protocol.Serialization;

namespace BackupOperator.MySql.Protocol.Payloads;

/// <summary>
/// The server wants another plugin.
/// Source: https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_auth_switch_request.html.
/// </summary>
internal sealed record AuthenticationSwitchPayload(string Plugin, byte[] Challenge)
{
    public const byte Header = 0xFE;
    private const string OldPassword = "mysql_old_password";
    private const int MaxName = 256;

    public static AuthenticationSwitchPayload Parse(ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload);
        reader.ReadByte();

        // Alone, the header asks for the hash of before MySQL 4.1.
        return reader.Remaining == 0
            ? new AuthenticationSwitchPayload(OldPassword, [])
            : new AuthenticationSwitchPayload(
                PayloadReader.ToText(reader.ReadNullTerminated(), MaxName),
                reader.ReadRest().ToArray());
    }
}
