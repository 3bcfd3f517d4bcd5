using BackupOperator.MySql.Replication;
using BackupOperator.TestSupport.Servers;

namespace BackupOperator.MySql.Tests.Servers;

/// <summary>What real servers say of those that their commits wait for, and of their groups.</summary>
public sealed class SemiSyncTests
{
    [Fact]
    public async Task MariaDB_tells_of_source_and_replica()
    {
        await using var source = await RealMariaDb.StartNewAsync("--log-bin=bin", "--server-id=1");
        await using var replica = await RealMariaDb.StartNewAsync("--server-id=2", "--rpl-semi-sync-slave-enabled=ON");
        await using var asked = await ConnectAsync(source);
        (await SemiSyncStatus.ReadAsync(asked)).ShouldBe(new SemiSyncStatus());
        (await ReplicationGroup.HasMemberAsync(asked)).ShouldBeFalse();

        var at = (await asked.QueryAsync("SHOW MASTER STATUS")).Rows[0];
        await asked.QueryAsync("SET GLOBAL rpl_semi_sync_master_enabled = ON");
        await using var follower = await ConnectAsync(replica);
        await follower.QueryAsync(
            $"CHANGE MASTER TO MASTER_HOST='{source.Host}', MASTER_PORT={source.Port}, MASTER_USER='{source.User}', MASTER_PASSWORD='{source.Password}', MASTER_LOG_FILE='{at[0]}', MASTER_LOG_POS={at[1]}");
        await follower.QueryAsync("START SLAVE");
        for (var i = 0; i < 300 && (await SemiSyncStatus.ReadAsync(asked)).Clients == 0; i++)
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        (await SemiSyncStatus.ReadAsync(asked)).ShouldBe(new SemiSyncStatus { CommitsWait = true, Clients = 1 });
        (await SemiSyncStatus.ReadAsync(follower)).ShouldSatisfyAllConditions(s => s.CommitsWait.ShouldBeFalse(), s => s.Acknowledges.ShouldBeTrue());
    }

    [Fact]
    public async Task MySQL_tells_how_many_its_commits_wait_for()
    {
        await using var server = await RealMySql.StartNewAsync();
        await using var session = await ConnectAsync(server);
        (await SemiSyncStatus.ReadAsync(session)).ShouldBe(new SemiSyncStatus());

        await session.QueryAsync("INSTALL PLUGIN rpl_semi_sync_source SONAME 'semisync_source.so'");
        await session.QueryAsync("SET GLOBAL rpl_semi_sync_source_wait_for_replica_count = 2");
        await session.QueryAsync("SET GLOBAL rpl_semi_sync_source_enabled = ON");
        (await SemiSyncStatus.ReadAsync(session)).ShouldBe(new SemiSyncStatus { CommitsWait = true, Needed = 2 });
    }

    [Fact]
    public async Task A_server_is_a_member_of_a_group_once_it_has_joined()
    {
        await using var server = await RealMySql.StartNewAsync(
            "--gtid-mode=ON",
            "--enforce-gtid-consistency=ON",
            "--plugin-load-add=group_replication.so",
            "--loose-group-replication-start-on-boot=OFF",
            $"--loose-group-replication-local-address=127.0.0.1:{FreePort.Find()}",
            "--loose-group-replication-group-name=00000000-0000-4000-8000-000000000001");
        await using var session = await ConnectAsync(server);
        (await ReplicationGroup.HasMemberAsync(session)).ShouldBeFalse();
        await session.QueryAsync("SET GLOBAL group_replication_bootstrap_group = ON");
        await session.QueryAsync("START GROUP_REPLICATION");
        (await ReplicationGroup.HasMemberAsync(session)).ShouldBeTrue();
    }

    private static Task<MySqlSession> ConnectAsync(RealDatabase server) => MySqlSession.ConnectAsync(
        new MySqlConnectionOptions { Host = server.Host, Port = server.Port, User = server.User, Password = server.Password, CommandTimeout = TimeSpan.FromSeconds(60) });
}
