using BackupOperator.MySql.Protocol.Payloads;
using BackupOperator.MySql.Protocol.Serialization;

namespace BackupOperator.MySql.Protocol;

/// <summary>
/// Reads the answer to a query, in the form that ends with EOF packets and in the one that ends with an OK packet.
/// Source: https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_query_response.html.
/// </summary>
internal sealed class ResultReader(PacketStream packets, Capabilities capabilities, string server)
{
    private readonly bool _eofIsGone = capabilities.HasFlag(Capabilities.DeprecateEof);

    /// <exception cref="MySqlException">The statement failed.</exception>
    public async Task<MySqlResult> ReadAsync(CancellationToken cancellationToken)
    {
        var first = await ReadPayloadAsync(cancellationToken);
        if (OkPayload.Is(first))
        {
            return ToResult(OkPayload.Parse(first), [], []);
        }

        var columns = await ReadColumnsAsync(ColumnCountPayload.Parse(first), cancellationToken);
        var rows = new List<MySqlRow>();
        long size = 0;
        while (true)
        {
            var payload = await ReadPayloadAsync(cancellationToken);
            if (ParseEnd(payload) is { } end)
            {
                return ToResult(end, columns, rows);
            }

            size += payload.Length;
            if (size > ProtocolLimits.MaxResult || rows.Count == ProtocolLimits.MaxRows)
            {
                throw new MySqlProtocolException(
                    $"The result has more than {ProtocolLimits.MaxRows} rows or {ProtocolLimits.MaxResult} bytes.");
            }

            rows.Add(new MySqlRow(columns, TextRowPayload.Parse(payload, columns.Count)));
        }
    }

    private async Task<IReadOnlyList<string>> ReadColumnsAsync(int count, CancellationToken cancellationToken)
    {
        var columns = new List<string>();
        for (var i = 0; i < count; i++)
        {
            columns.Add(ColumnDefinitionPayload.ParseName(await ReadPayloadAsync(cancellationToken)));
        }

        if (!_eofIsGone && !EofPayload.Is(await ReadPayloadAsync(cancellationToken)))
        {
            throw new MySqlProtocolException("The server did not end its column definitions.");
        }

        return columns;
    }

    // A row may begin with 0xFE too, but then with a value of 16 MiB or more behind it.
    private OkPayload? ParseEnd(byte[] payload) => payload switch
    {
        [EofPayload.Header, ..] when _eofIsGone && payload.Length < ProtocolLimits.MaxPacket => OkPayload.Parse(payload),
        _ when !_eofIsGone && EofPayload.Is(payload) && EofPayload.Parse(payload) is var eof => new OkPayload(0, 0, eof.Status, eof.Warnings),
        _ => null,
    };

    private async Task<byte[]> ReadPayloadAsync(CancellationToken cancellationToken)
    {
        var payload = await packets.ReadAsync(cancellationToken);
        return ErrorPayload.Is(payload) ? throw ErrorPayload.Parse(payload).ToException(server) : payload;
    }

    // Several statements in one query, and procedures with result sets, are not agreed upon.
    private static MySqlResult ToResult(OkPayload end, IReadOnlyList<string> columns, IReadOnlyList<MySqlRow> rows) =>
        end.Status.HasFlag(ServerStatus.MoreResultsExist)
            ? throw new MySqlProtocolException("The server announced a further result, which was not agreed upon.")
            : new MySqlResult
            {
                Columns = columns,
                Rows = rows,
                AffectedRows = end.AffectedRows,
                LastInsertId = end.LastInsertId,
                Warnings = end.Warnings,
            };
}
