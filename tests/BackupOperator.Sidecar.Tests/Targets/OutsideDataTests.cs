using BackupOperator.MySql;
using BackupOperator.Sidecar.Targets;
using BackupOperator.TestSupport.Servers;

namespace BackupOperator.Sidecar.Tests.Targets;

/// <summary>What servers keep outside of their data directory, told by the servers.</summary>
public sealed class OutsideDataTests
{
    [Fact]
    public async Task What_MySQL_keeps_elsewhere_is_found()
    {
        await using var server = await RealMySql.StartNewAsync("--innodb-directories=/media");
        await using var session = await ConnectAsync(server);
        (await OutsideData.FindAsync(session, "/mnt", CancellationToken.None)).ShouldBeNull();

        await session.QueryAsync("CREATE DATABASE shop");
        await session.QueryAsync("CREATE TABLE shop.orders (id INT PRIMARY KEY) DATA DIRECTORY = '/media'");
        (await OutsideData.FindAsync(session, "/mnt", CancellationToken.None)).ShouldBe("the tablespace /media/shop/orders.ibd");

        await session.QueryAsync("DROP TABLE shop.orders");
        await session.QueryAsync("CREATE UNDO TABLESPACE more ADD DATAFILE '/media/more.ibu'");
        (await OutsideData.FindAsync(session, "/mnt", CancellationToken.None)).ShouldBe("the tablespace /media/more.ibu");
    }

    [Fact]
    public async Task A_MariaDB_that_keeps_all_in_one_place_has_nothing_outside()
    {
        await using var server = await RealMariaDb.StartNewAsync();
        await using var session = await ConnectAsync(server);
        (await OutsideData.FindAsync(session, "/var/lib/mysql", CancellationToken.None)).ShouldBeNull("the server's own name of its directory is another one");
    }

    private static Task<MySqlSession> ConnectAsync(RealDatabase server) => MySqlSession.ConnectAsync(
        new MySqlConnectionOptions { Host = server.Host, Port = server.Port, User = server.User, Password = server.Password });
}
