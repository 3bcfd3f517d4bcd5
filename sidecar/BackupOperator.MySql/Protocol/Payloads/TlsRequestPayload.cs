using BackupOperator.MySql.Protocol.Serialization;

namespace BackupOperator.MySql.Protocol.Payloads;

/// <summary>
/// Asks for TLS: the beginning of a <see cref="HandshakeResponsePayload"/>.
/// Source: https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_ssl_request.html.
/// </summary>
internal static class TlsRequestPayload
{
    public static PayloadWriter Write(Capabilities capabilities) => new PayloadWriter()
        .UInt32((uint)capabilities)
        .UInt32(ProtocolLimits.MaxPayload)
        .Byte(HandshakeResponsePayload.Utf8Mb4GeneralCi)
        .Zeros(23);
}
