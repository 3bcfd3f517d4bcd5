using BackupOperator.MySql.Protocol.Serialization;

namespace BackupOperator.MySql.Protocol.Payloads;

/// <summary>
/// The beginning of a result set.
/// Source: https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_query_response_text_resultset.html.
/// </summary>
internal static class ColumnCountPayload
{
    private const byte LocalInfile = 0xFB;

    public static int Parse(ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload);
        if (reader.PeekByte() == LocalInfile)
        {
            throw new MySqlProtocolException("The server asked for a local file (LOAD DATA LOCAL), which this client never sends.");
        }

        var count = reader.ReadLengthEncodedInteger();
        return count is > 0 and <= ProtocolLimits.MaxColumns
            ? (int)count
            : throw new MySqlProtocolException($"The server announced a result of {count} columns.");
    }
}
