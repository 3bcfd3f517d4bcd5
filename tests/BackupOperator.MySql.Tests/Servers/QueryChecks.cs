using System.Diagnostics;
using System.Text;

namespace BackupOperator.MySql.Tests.Servers;

/// <summary>What queries have to do with every server.</summary>
internal static class QueryChecks
{
    public static async Task ReadsAllKindsOfValuesAsync(MySqlConnectionOptions options)
    {
        await using var session = await MySqlSession.ConnectAsync(options);

        var result = await session.QueryAsync("SELECT NULL AS nothing, '' AS emptiness, 'ünïcode 😀' AS Text, x'00FF80' AS bin, -1.5 AS number UNION ALL SELECT 1, REPEAT('x', 300), '', '', 2");

        result.Columns.ShouldBe(["nothing", "emptiness", "Text", "bin", "number"]);
        result.Rows.Count.ShouldBe(2);
        result.Rows[0]["nothing"].ShouldBeNull();
        result.Rows[0]["emptiness"].ShouldBe("");
        result.Rows[0]["TEXT"].ShouldBe("ünïcode 😀");
        result.Rows[0].GetBytes(3).ShouldBe([0, 0xFF, 0x80]);
        result.Rows[0]["number"].ShouldBe("-1.5");
        result.Rows[1][1].ShouldBe(new string('x', 300));
        Should.Throw<KeyNotFoundException>(() => result.Rows[0]["absent"]).Message.ShouldContain("bin");

        (await session.ScalarAsync("SELECT 1 FROM DUAL WHERE 1 = 0")).ShouldBeNull();
        (await session.QueryAsync("SET @a = 1")).Columns.ShouldBeEmpty();
        await session.PingAsync();
    }

    public static async Task PayloadsMayExceedAPacketAsync(MySqlConnectionOptions options)
    {
        await using var session = await MySqlSession.ConnectAsync(options);

        // A row is a length of four bytes, for it is over 64 KiB, and the value: these are just below, at and above the limit.
        foreach (var length in new[] { (1 << 24) - 6, (1 << 24) - 5, (1 << 24) - 4, (1 << 24) + 5 })
        {
            var row = (await session.QueryAsync($"SELECT REPEAT('y', {length})")).Rows.ShouldHaveSingleItem();
            row.GetBytes(0)!.Length.ShouldBe(length);
        }

        const string Before = "SELECT LENGTH('";
        foreach (var payload in new[] { (1 << 24) - 2, (1 << 24) - 1, (1 << 24) })
        {
            var sql = new StringBuilder(Before).Append('z', payload - 1 - Before.Length - 2).Append("')").ToString();
            (await session.ScalarAsync(sql)).ShouldBe($"{payload - 1 - Before.Length - 2}");
        }

        await session.PingAsync();
    }

    public static async Task AFailingStatementLeavesTheSessionUsableAsync(MySqlConnectionOptions options)
    {
        await using var session = await MySqlSession.ConnectAsync(options);

        var failed = await Should.ThrowAsync<MySqlException>(() => session.QueryAsync("SELEC 1"));

        (failed.Code, failed.SqlState, failed.IsAccessDenied).ShouldBe((MySqlErrorCode.SyntaxError, "42000", false));
        session.IsOpen.ShouldBeTrue();
        (await session.ScalarAsync("SELECT 2")).ShouldBe("2");
    }

    public static async Task LocalFilesAreRefusedAsync(MySqlConnectionOptions options)
    {
        await using var session = await MySqlSession.ConnectAsync(options);
        await session.QueryAsync("SET GLOBAL local_infile = 1");
        await session.QueryAsync("CREATE TEMPORARY TABLE mysql.lines_of_passwd (line TEXT)");

        await Should.ThrowAsync<MySqlClientException>(() => session.QueryAsync("LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE mysql.lines_of_passwd"));

        (await session.ScalarAsync("SELECT COUNT(*) FROM mysql.lines_of_passwd")).ShouldBe("0");
    }

    public static async Task ASlowCommandTimesOutAsync(MySqlConnectionOptions options)
    {
        await using var session = await MySqlSession.ConnectAsync(options with { CommandTimeout = TimeSpan.FromMilliseconds(300) });
        var since = Stopwatch.GetTimestamp();

        var late = await Should.ThrowAsync<MySqlConnectionException>(() => session.QueryAsync("SELECT SLEEP(20)"));

        late.IsTimeout.ShouldBeTrue();
        late.Message.ShouldContain("0.3 s");
        Stopwatch.GetElapsedTime(since).ShouldBeLessThan(TimeSpan.FromSeconds(10));
        session.IsOpen.ShouldBeFalse();
        (await Should.ThrowAsync<MySqlConnectionException>(() => session.PingAsync())).Message.ShouldContain("connect again");
    }
}
