using System.Text;
using BackupOperator.MySql.Protocol.Serialization;

namespace BackupOperator.MySql.Protocol.Payloads;

/// <summary>
/// Source: https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_query_response_text_resultset_column_definition.html.
/// </summary>
internal static class ColumnDefinitionPayload
{
    /// <summary>The name of the column; the rest means nothing to text values.</summary>
    public static string ParseName(ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload);
        for (var before = 0; before < 4; before++)
        {
            // Catalog, schema, table, original table.
            reader.ReadLengthEncodedBytes();
        }

        return Encoding.UTF8.GetString(reader.ReadLengthEncodedBytes());
    }
}
