using BackupOperator.MySql.Protocol.Serialization;

namespace BackupOperator.MySql.Protocol.Payloads;

/// <summary>
/// The login.
/// Source: https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_handshake_response.html.
/// </summary>
internal static class HandshakeResponsePayload
{
    /// <summary>A collation that every server since MySQL 5.5.3 knows.</summary>
    public const byte Utf8Mb4GeneralCi = 45;

    private const Capabilities Wanted =
        Capabilities.LongPassword | Capabilities.LongFlag | Capabilities.Transactions | Capabilities.Protocol41 |
        Capabilities.SecureConnection | Capabilities.PluginAuthentication |
        Capabilities.PluginAuthenticationLengthEncoded | Capabilities.DeprecateEof;

    private const Capabilities Needed = Capabilities.Protocol41 | Capabilities.SecureConnection | Capabilities.PluginAuthentication;

    /// <summary>What this client uses of what the server offers. LOCAL INFILE is never part of it.</summary>
    /// <exception cref="MySqlProtocolException">The server is older than MySQL 5.5.7.</exception>
    public static Capabilities Negotiate(Capabilities server, bool tls, bool database)
    {
        if ((server & Needed) != Needed)
        {
            throw new MySqlProtocolException("The server does not speak the protocol of MySQL 5.5.7 or later.");
        }

        return (server & Wanted)
            | (tls ? Capabilities.Tls : Capabilities.None)
            | (database ? Capabilities.ConnectWithDatabase : Capabilities.None);
    }

    public static ReadOnlyMemory<byte> Write(
        Capabilities capabilities, string user, ReadOnlySpan<byte> authentication, string? database, string plugin)
    {
        var writer = TlsRequestPayload.Write(capabilities).NullTerminated(user);
        if (capabilities.HasFlag(Capabilities.PluginAuthenticationLengthEncoded))
        {
            writer.LengthEncodedBytes(authentication);
        }
        else if (authentication.Length <= byte.MaxValue)
        {
            writer.Byte((byte)authentication.Length).Bytes(authentication);
        }
        else
        {
            throw new MySqlAuthenticationException("The server takes no authentication data of more than 255 bytes.");
        }

        if (capabilities.HasFlag(Capabilities.ConnectWithDatabase))
        {
            writer.NullTerminated(database ?? "");
        }

        return writer.NullTerminated(plugin).Payload;
    }
}
