using BackupOperator.MySql;
using BackupOperator.TestSupport.Servers;

namespace BackupOperator.Sidecar.Tests.Commands;

/// <summary>Tables to lose and to find again.</summary>
internal static class SampleData
{
    public static async Task FillAsync(RealDatabase server)
    {
        await using var session = await ConnectAsync(server);
        foreach (var sql in new[]
        {
            "CREATE DATABASE shop CHARACTER SET utf8mb4",
            "USE shop",
            "CREATE TABLE shop.orders (id INT PRIMARY KEY AUTO_INCREMENT, note VARCHAR(200), body BLOB)",
            "INSERT INTO shop.orders (note, body) SELECT CONCAT('Zürich 🦭 ', seq), REPEAT(CHAR(seq % 256), 3000) FROM seq_1_to_2000",
            "CREATE VIEW shop.notes AS SELECT note FROM shop.orders",
            "CREATE TABLE shop.log (t VARCHAR(50)) ENGINE=Aria",
            "INSERT INTO shop.log VALUES ('one'), ('two')",
        })
        {
            await session.QueryAsync(sql);
        }
    }

    public static async Task<string> ChecksumAsync(RealDatabase server)
    {
        await using var session = await ConnectAsync(server);
        var result = await session.QueryAsync("CHECKSUM TABLE shop.orders, shop.log EXTENDED");
        var view = await session.ScalarAsync("SELECT COUNT(*) FROM shop.notes");
        return string.Join(", ", result.Rows.Select(row => $"{row[0]}={row[1]}")) + $", {view} notes";
    }

    public static async Task<string> DatabasesAsync(RealDatabase server)
    {
        await using var session = await ConnectAsync(server);
        return string.Join(" ", (await session.QueryAsync("SHOW DATABASES")).Rows.Select(row => row[0]));
    }

    public static async Task RunAsync(RealDatabase server, string sql)
    {
        await using var session = await ConnectAsync(server);
        await session.QueryAsync(sql);
    }

    private static Task<MySqlSession> ConnectAsync(RealDatabase server) => MySqlSession.ConnectAsync(
        new MySqlConnectionOptions { Host = server.Host, Port = server.Port, User = server.User, Password = server.Password });
}
