using BackupOperator.MySql.ServerFiles;
using BackupOperator.TestSupport.Servers;

namespace BackupOperator.MySql.Tests.ServerFiles;

public sealed class BinlogPositionTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("binlog-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task MySql_tells_the_same_position_and_gtids_when_it_runs()
    {
        await using var server = await RealMySql.StartNewAsync("--gtid-mode=ON", "--enforce-gtid-consistency=ON", "--server-id=1");
        string file, position, gtids;
        await using (var root = await ConnectAsync(server))
        {
            await root.QueryAsync("CREATE DATABASE shop");
            await root.QueryAsync("FLUSH BINARY LOGS");
            await root.QueryAsync("CREATE TABLE shop.goods (id INT PRIMARY KEY)");
            await root.QueryAsync("INSERT INTO shop.goods VALUES (1)");
            await ExecuteAsGtidAsync(root, "11111111-2222-3333-4444-555555555555:7");
            await ExecuteAsGtidAsync(root, "11111111-2222-3333-4444-555555555555:5");
            var status = (await root.QueryAsync("SHOW BINARY LOG STATUS")).Rows.ShouldHaveSingleItem();
            (file, position, gtids) = (status["File"]!, status["Position"]!, status["Executed_Gtid_Set"]!.Replace("\n", "", StringComparison.Ordinal));
        }

        BinlogPosition.Read(server.DataDirectory).ShouldNotBeNull().IsClosed.ShouldBeFalse();
        await server.StopAsync();
        var found = BinlogPosition.Read(server.DataDirectory).ShouldNotBeNull();

        found.File.ShouldBe(file);
        found.IsClosed.ShouldBeTrue();

        // The shutdown itself adds one event at most.
        found.Position.ShouldBeInRange(long.Parse(position), long.Parse(position) + 64);
        gtids.ShouldContain("11111111-2222-3333-4444-555555555555:5:7");
        GtidExecuted.Read(found).ShouldBe(gtids);
    }

    [Fact]
    public async Task A_replica_could_go_on_from_the_position_of_MariaDb()
    {
        await using var server = await RealMariaDb.StartNewAsync("--log-bin=mysqld-bin", "--server-id=3", "--gtid-domain-id=9");
        string gtids;
        await using (var root = await ConnectAsync(server))
        {
            await root.QueryAsync("CREATE DATABASE shop");
            await root.QueryAsync("SET SESSION server_id = 77");
            await root.QueryAsync("CREATE TABLE shop.goods (id INT PRIMARY KEY)");
            await root.QueryAsync("SET SESSION gtid_domain_id = 2");
            await root.QueryAsync("INSERT INTO shop.goods VALUES (1)");
            gtids = (await root.ScalarAsync("SELECT @@gtid_binlog_pos"))!;
        }

        await server.StopAsync();
        var found = BinlogPosition.Read(server.DataDirectory).ShouldNotBeNull();

        found.IsClosed.ShouldBeTrue();
        found.Position.ShouldBe(new FileInfo(Path.Combine(server.DataDirectory, found.File)).Length);
        GtidExecuted.Read(found)!.Split(',').ShouldBe(gtids.Split(','), ignoreOrder: true);
    }

    [Fact]
    public async Task A_crash_is_told_apart()
    {
        await using var server = await RealMariaDb.StartNewAsync("--log-bin=mysqld-bin");
        await server.KillAsync();

        var found = BinlogPosition.Read(server.DataDirectory).ShouldNotBeNull();

        found.IsClosed.ShouldBeFalse();
        GtidExecuted.Read(found).ShouldBeNull();
    }

    [Fact]
    public void Without_an_index_there_is_no_position() => BinlogPosition.Read(_folder).ShouldBeNull();

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("./binlog.000009\n")]
    [InlineData("/\n")]
    [InlineData("..\n")]
    public void An_index_that_leads_nowhere_gives_no_position(string content)
    {
        File.WriteAllText(Path.Combine(_folder, "binlog.index"), content);

        BinlogPosition.Read(_folder).ShouldBeNull();
    }

    [Fact]
    public void A_relay_log_is_no_binlog()
    {
        WriteLog("host-relay-bin", flags: 0x40);

        BinlogPosition.Read(_folder).ShouldBeNull();
    }

    [Fact]
    public void The_entries_may_be_paths_of_the_servers_own()
    {
        WriteLog("binlog", flags: 0, prefix: "/var/lib/mysql/");

        BinlogPosition.Read(_folder).ShouldNotBeNull().File.ShouldBe("binlog.000001");
    }

    [Fact]
    public void A_binlog_of_whatever_bytes_gives_gtids_or_null_and_no_fault()
    {
        var random = new Random(4711);
        for (var round = 0; round < 2000; round++)
        {
            var bytes = BrokenLog(random);
            var path = Path.Combine(_folder, "binlog.000001");
            File.WriteAllBytes(path, bytes);

            Should.NotThrow(() => GtidExecuted.Read(new BinlogPosition("binlog.000001", bytes.Length, path, true)));
        }
    }

    private static Task<MySqlSession> ConnectAsync(RealDatabase server) => MySqlSession.ConnectAsync(
        new MySqlConnectionOptions { Host = server.Host, Port = server.Port, User = server.User, Password = server.Password });

    private static async Task ExecuteAsGtidAsync(MySqlSession root, string gtid)
    {
        await root.QueryAsync($"SET gtid_next = '{gtid}'");
        await root.QueryAsync("BEGIN");
        await root.QueryAsync("COMMIT");
        await root.QueryAsync("SET gtid_next = AUTOMATIC");
    }

    private void WriteLog(string name, ushort flags, string prefix = "./")
    {
        File.WriteAllText(Path.Combine(_folder, $"{name}.index"), $"{prefix}{name}.000001\n");
        File.WriteAllBytes(Path.Combine(_folder, $"{name}.000001"), [0xFE, (byte)'b', (byte)'i', (byte)'n', .. Event(15, new byte[80], flags)]);
    }

    private static byte[] Event(byte type, byte[] body, ushort flags = 0)
    {
        var bytes = new byte[19 + body.Length];
        bytes[4] = type;
        BitConverter.TryWriteBytes(bytes.AsSpan(9), bytes.Length);
        BitConverter.TryWriteBytes(bytes.AsSpan(17), flags);
        body.CopyTo(bytes, 19);
        return bytes;
    }

    private static byte[] BrokenLog(Random random)
    {
        var previous = new byte[random.Next(0, 80)];
        random.NextBytes(previous);
        previous.AsSpan(0, Math.Min(8, previous.Length)).Clear();
        if (previous.Length > 0)
        {
            previous[0] = (byte)random.Next(0, 3);
        }

        var gtid = new byte[random.Next(0, 60)];
        random.NextBytes(gtid);
        byte[] log = [0xFE, (byte)'b', (byte)'i', (byte)'n', .. Event(15, new byte[80]), .. Event(35, previous), .. Event(33, gtid)];
        for (var flips = random.Next(0, 4); flips > 0; flips--)
        {
            log[random.Next(4, log.Length)] = (byte)random.Next(256);
        }

        return log[..random.Next(4, log.Length + 1)];
    }
}
