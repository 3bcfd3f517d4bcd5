using BackupOperator.MySql.Protocol.Serialization;

namespace BackupOperator.MySql.Protocol.Payloads;

/// <summary>
/// The server's first packet, version 10.
/// Source: https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_handshake_v10.html.
/// </summary>
internal sealed record InitialHandshakePayload(
    string ServerVersion, uint ConnectionId, Capabilities Capabilities, byte[] Challenge, string AuthenticationPlugin)
{
    private const byte ProtocolVersion = 10;
    private const int MaxName = 256;

    public ServerGreeting Greeting => ServerGreeting.Create(ServerVersion, ConnectionId, Capabilities.HasFlag(Capabilities.Tls));

    public static InitialHandshakePayload Parse(ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload);
        if (reader.ReadByte() is var protocol and not ProtocolVersion)
        {
            throw new MySqlProtocolException(
                $"The server greets with protocol version {protocol}, not {ProtocolVersion}: it is no MySQL server, or one that is too old.");
        }

        var version = PayloadReader.ToText(reader.ReadNullTerminated(), MaxName);
        var connectionId = reader.ReadUInt32();
        var challenge = reader.ReadBytes(8).ToArray();
        reader.ReadByte();
        var capabilities = (Capabilities)reader.ReadUInt16();
        if (reader.Remaining == 0)
        {
            return new InitialHandshakePayload(version, connectionId, capabilities, challenge, "");
        }

        reader.ReadBytes(1 + 2);
        capabilities |= (Capabilities)((uint)reader.ReadUInt16() << 16);
        var challengeLength = reader.ReadByte();
        reader.ReadBytes(10);
        if (capabilities.HasFlag(Capabilities.SecureConnection))
        {
            challenge = [.. challenge, .. reader.ReadBytes(Math.Max(13, challengeLength - 8))];
        }

        var plugin = capabilities.HasFlag(Capabilities.PluginAuthentication)
            ? PayloadReader.ToText(reader.ReadNullTerminatedOrRest(), MaxName)
            : "";
        return new InitialHandshakePayload(version, connectionId, capabilities, challenge, plugin);
    }
}
