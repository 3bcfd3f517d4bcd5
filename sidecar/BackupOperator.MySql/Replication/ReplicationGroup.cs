namespace BackupOperator.MySql.Replication;

/// <summary>
/// Whether a server is a member of a group: of MySQL's group replication, or of a Galera cluster. <c>SHOW REPLICA STATUS</c>
/// shows neither, only what such a member may receive from elsewhere beside.
/// </summary>
public static class ReplicationGroup
{
    private const string Settings = "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('group_replication_group_name', 'wsrep_on', 'wsrep_provider')";
    private const string Members = "SELECT COUNT(*) FROM performance_schema.replication_group_members WHERE MEMBER_STATE <> 'OFFLINE'";

    /// <returns>True also for a server that is set up as a member, where the user may not see whether it is one now.</returns>
    /// <exception cref="MySqlClientException">The server cannot be asked.</exception>
    public static async Task<bool> HasMemberAsync(MySqlSession session, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        var settings = (await session.QueryAsync(Settings, cancellationToken)).Rows.ToDictionary(row => row[0]!, row => row[1] ?? "", StringComparer.OrdinalIgnoreCase);
        if (settings.GetValueOrDefault("wsrep_on") == "ON" && settings.GetValueOrDefault("wsrep_provider") is { Length: > 0 } and not "none")
        {
            return true;
        }

        if (settings.GetValueOrDefault("group_replication_group_name") is not { Length: > 0 })
        {
            return false;
        }

        try
        {
            return await session.ScalarAsync(Members, cancellationToken) != "0";
        }
        catch (MySqlException)
        {
            return true;
        }
    }
}
