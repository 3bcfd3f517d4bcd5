using System.Globalization;

namespace BackupOperator.MySql.Replication;

/// <summary>
/// Reads from what a server replicates. MySQL has said "replica" and "source" since 8.0.22, MariaDB still says "slave" and
/// "master" in its columns, and shows all of its named connections only to <c>SHOW ALL SLAVES STATUS</c>.
/// </summary>
public static class ReplicaStatus
{
    private const string GroupReplication = "group_replication_";

    /// <summary>Every source of the server; none for one that replicates from nowhere.</summary>
    /// <exception cref="MySqlException">Among others <see cref="MySqlErrorCode.PrivilegeMissing"/>.</exception>
    public static async Task<IReadOnlyList<ReplicaChannel>> ReadAsync(MySqlSession session, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        var result = session.Greeting.Flavour == ServerFlavour.MariaDb
            ? await session.QueryAsync("SHOW ALL SLAVES STATUS", cancellationToken)
            : await QueryMySqlAsync(session, cancellationToken);
        return [.. result.Rows.Select(row => Read(row, result.Columns)).Where(channel => !channel.Name.StartsWith(GroupReplication, StringComparison.Ordinal))];
    }

    private static async Task<MySqlResult> QueryMySqlAsync(MySqlSession session, CancellationToken cancellationToken)
    {
        try
        {
            return await session.QueryAsync("SHOW REPLICA STATUS", cancellationToken);
        }
        catch (MySqlException old) when (old.Code == MySqlErrorCode.SyntaxError)
        {
            return await session.QueryAsync("SHOW SLAVE STATUS", cancellationToken);
        }
    }

    private static ReplicaChannel Read(MySqlRow row, IReadOnlyList<string> columns)
    {
        return new ReplicaChannel
        {
            Name = Value("Channel_Name", "Connection_name") ?? "",
            SourceHost = Value("Source_Host", "Master_Host"),
            SourceServerId = Number("Source_Server_Id", "Master_Server_Id") is > 0 and var id ? id : null,
            Receives = Value("Replica_IO_Running", "Slave_IO_Running") == "Yes",
            Applies = Value("Replica_SQL_Running", "Slave_SQL_Running") == "Yes",
            Lag = Number("Seconds_Behind_Source", "Seconds_Behind_Master"),
            LastError = new[] { Value("Last_IO_Error"), Value("Last_SQL_Error") }.FirstOrDefault(error => !string.IsNullOrEmpty(error)),
        };

        string? Value(params string[] names)
        {
            var name = names.FirstOrDefault(n => columns.Contains(n, StringComparer.OrdinalIgnoreCase));
            return name is null ? null : row[name];
        }

        long? Number(params string[] names) =>
            long.TryParse(Value(names), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}
