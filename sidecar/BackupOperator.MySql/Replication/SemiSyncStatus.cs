using System.Globalization;

namespace BackupOperator.MySql.Replication;

/// <summary>
/// How a server takes part in semi-synchronous replication, where a commit waits until replicas have acknowledged it.
/// MySQL has said "replica" and "source" since 8.0.26; MariaDB, and the plugins of before, say "slave" and "master".
/// </summary>
public sealed record SemiSyncStatus
{
    private const string Counts =
        "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('rpl_semi_sync_source_wait_for_replica_count', 'rpl_semi_sync_master_wait_for_slave_count')";

    /// <summary>Commits of this server wait now.</summary>
    public bool CommitsWait { get; init; }

    /// <summary>The replicas that are connected and acknowledge.</summary>
    public int Clients { get; init; }

    /// <summary>The acknowledgements that a commit waits for.</summary>
    public int Needed { get; init; } = 1;

    /// <summary>This server is a replica that acknowledges.</summary>
    public bool Acknowledges { get; init; }

    /// <summary>Reads it, which needs no privilege; a server that knows nothing of it takes no part.</summary>
    /// <exception cref="MySqlClientException">It cannot be asked.</exception>
    public static async Task<SemiSyncStatus> ReadAsync(MySqlSession session, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        var status = await session.QueryAsync("SHOW GLOBAL STATUS LIKE 'Rpl_semi_sync_%'", cancellationToken);
        var counts = await session.QueryAsync(Counts, cancellationToken);

        // MariaDB has no count, and waits for one.
        return new SemiSyncStatus
        {
            CommitsWait = Value(status, "source_status", "master_status") == "ON",
            Clients = Number(Value(status, "source_clients", "master_clients")) ?? 0,
            Needed = Number(Value(counts, "count")) ?? 1,
            Acknowledges = Value(status, "replica_status", "slave_status") == "ON",
        };
    }

    private static string? Value(MySqlResult result, params string[] endings) =>
        result.Rows.FirstOrDefault(row => endings.Any(ending => row[0]?.EndsWith("_" + ending, StringComparison.OrdinalIgnoreCase) == true))?[1];

    private static int? Number(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
