using BackupOperator.MySql.Protocol.Serialization;

namespace BackupOperator.MySql.Protocol.Payloads;

/// <summary>
/// Source: https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_query_response_text_resultset_row.html.
/// </summary>
internal static class TextRowPayload
{
    private const byte Null = 0xFB;

    public static byte[]?[] Parse(ReadOnlySpan<byte> payload, int columns)
    {
        var reader = new PayloadReader(payload);
        var values = new byte[]?[columns];
        for (var i = 0; i < columns; i++)
        {
            if (reader.PeekByte() == Null)
            {
                reader.ReadByte();
            }
            else
            {
                values[i] = reader.ReadLengthEncodedBytes().ToArray();
            }
        }

        return reader.Remaining == 0
            ? values
            : throw new MySqlProtocolException($"A row of the server has {reader.Remaining} bytes after its {columns} columns.");
    }
}
