using System.Globalization;
using BackupOperator.MySql;

namespace BackupOperator.EndToEnd.Tests.Harness;

/// <summary>A real server in a StatefulSet named <c>db</c>, in a namespace of its own.</summary>
internal sealed class TestDatabase(TestCluster cluster, string @namespace)
{
    public string Namespace => @namespace;

    public async Task<V1Pod?> PodAsync() => await cluster.Client.GetAsync<V1Pod>("db-0", @namespace);

    public async Task<V1StatefulSet> StatefulSetAsync() => (await cluster.Client.GetAsync<V1StatefulSet>("db", @namespace))!;

    public async Task<MySqlSession> ConnectAsync()
    {
        var pod = await PodAsync();
        return await MySqlSession.ConnectAsync(new MySqlConnectionOptions
        {
            Host = pod?.Status?.PodIP ?? throw new InvalidOperationException($"{@namespace}/db-0 has no address"),
            User = "root",
            Password = Manifests.Password,
            CommandTimeout = TimeSpan.FromMinutes(2),
        });
    }

    public async Task ExecuteAsync(params string[] statements)
    {
        await using var session = await ConnectAsync();
        foreach (var statement in statements)
        {
            await session.QueryAsync(statement);
        }
    }

    public async Task<string?> ScalarAsync(string sql)
    {
        await using var session = await ConnectAsync();
        return await session.ScalarAsync(sql);
    }

    /// <summary>Waits until the server takes a login and answers.</summary>
    public Task AnswersAsync(TimeSpan limit) => Eventually.HoldsAsync(
        $"answer from MySQL in {@namespace}",
        async () => await ScalarAsync("SELECT 1") == "1",
        limit,
        cluster.ExplainAsync);

    /// <summary>Tables in schema <c>app</c>: text that compresses, and <paramref name="megabytes"/> of noise that does not.</summary>
    public async Task FillAsync(int megabytes)
    {
        await ExecuteAsync(
            "CREATE DATABASE app CHARACTER SET utf8mb4",
            "CREATE TABLE app.words (id INT PRIMARY KEY AUTO_INCREMENT, word VARCHAR(300) NOT NULL)",
            "CREATE TABLE app.noise (id INT PRIMARY KEY AUTO_INCREMENT, content MEDIUMBLOB NOT NULL)",
            "INSERT INTO app.words (word) VALUES ('Grüße 🐬'), ('日本語'), ('plain')");
        for (var i = 0; i < 12; i++)
        {
            await ExecuteAsync("INSERT INTO app.words (word) SELECT CONCAT(LEFT(word, 200), id) FROM app.words");
        }

        // RANDOM_BYTES gives at most 1024 bytes; 512 of them are a row.
        var row = $"CONCAT({string.Join(',', Enumerable.Repeat("RANDOM_BYTES(1024)", 512))})";
        await using var session = await ConnectAsync();
        for (var i = 0; i < megabytes * 2; i++)
        {
            await session.QueryAsync($"INSERT INTO app.noise (content) VALUES ({row})");
        }
    }

    /// <summary>CHECKSUM TABLE of every table in schema <c>app</c>.</summary>
    public async Task<string> ChecksumAsync()
    {
        await using var session = await ConnectAsync();
        var tables = await session.QueryAsync("SELECT table_name FROM information_schema.tables WHERE table_schema = 'app' ORDER BY 1");
        var sums = new List<string>();
        foreach (var table in tables.Rows)
        {
            var row = (await session.QueryAsync($"CHECKSUM TABLE app.`{table[0]}`")).Rows[0];
            sums.Add(string.Create(CultureInfo.InvariantCulture, $"{row[0]}={row[1]}"));
        }

        return string.Join(' ', sums);
    }
}
