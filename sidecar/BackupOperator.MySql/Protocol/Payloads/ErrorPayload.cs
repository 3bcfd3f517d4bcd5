using BackupOperator.MySql.Protocol.Serialization;

namespace BackupOperator.MySql.Protocol.Payloads;

/// <summary>Source: https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_err_packet.html.</summary>
internal sealed record ErrorPayload(int Code, string SqlState, string Message)
{
    public const byte Header = 0xFF;
    private const string GeneralError = "HY000";

    public static bool Is(ReadOnlySpan<byte> payload) => payload.Length > 0 && payload[0] == Header;

    public static ErrorPayload Parse(ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload);
        reader.ReadByte();
        var code = reader.ReadUInt16();

        // Before the handshake a server leaves the state out.
        var state = GeneralError;
        if (reader.Remaining >= 6 && reader.PeekByte() == (byte)'#')
        {
            reader.ReadByte();
            state = PayloadReader.ToText(reader.ReadBytes(5), 5);
        }

        return new ErrorPayload(code, state, PayloadReader.ToText(reader.ReadRest(), ProtocolLimits.MaxErrorMessage));
    }

    public MySqlException ToException(string server) => new(Code, SqlState, Message, server);
}
