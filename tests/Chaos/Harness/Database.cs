using BackupOperator.MySql;

namespace BackupOperator.Chaos.Harness;

/// <summary>The real server in StatefulSet <c>db</c> of a namespace.</summary>
internal sealed class Database(World world, string @namespace)
{
    public async Task<V1StatefulSet> StatefulSetAsync() =>
        await world.Client.GetAsync<V1StatefulSet>("db", @namespace) ?? throw new InvalidOperationException($"{@namespace}/db is gone");

    public async Task ExecuteAsync(params string[] statements)
    {
        await using var session = await ConnectAsync();
        foreach (var statement in statements)
        {
            await session.QueryAsync(statement);
        }
    }

    public async Task<bool> AnswersAsync()
    {
        await using var session = await ConnectAsync(TimeSpan.FromSeconds(2));
        return await session.ScalarAsync("SELECT 1") == "1";
    }

    public Task AnswersAsync(TimeSpan limit, TimeSpan? glance = null) =>
        Waiting.UntilAsync($"answer from MySQL in {@namespace}", AnswersAsync, limit, glance);

    /// <summary>Schema <c>app</c>: noise, words, and a row that says which state of the database this is.</summary>
    public async Task FillAsync(int megabytes)
    {
        var row = $"CONCAT({string.Join(',', Enumerable.Repeat("RANDOM_BYTES(1024)", 512))})";
        await ExecuteAsync(
            "CREATE DATABASE app CHARACTER SET utf8mb4",
            "CREATE TABLE app.state (id INT PRIMARY KEY, version INT NOT NULL)",
            "INSERT INTO app.state VALUES (1, 0)",
            "CREATE TABLE app.noise (id INT PRIMARY KEY AUTO_INCREMENT, content MEDIUMBLOB NOT NULL)");
        await using var session = await ConnectAsync();
        for (var i = 0; i < megabytes * 2; i++)
        {
            await session.QueryAsync($"INSERT INTO app.noise (content) VALUES ({row})");
        }
    }

    public Task SetVersionAsync(int version) =>
        ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"UPDATE app.state SET version = {version} WHERE id = 1"));

    /// <summary>What the whole of schema <c>app</c> is, in a line.</summary>
    public async Task<string> SumAsync()
    {
        await using var session = await ConnectAsync();
        return await SumAsync(session);
    }

    public static async Task<string> SumAsync(MySqlSession session)
    {
        var version = await session.ScalarAsync("SELECT version FROM app.state WHERE id = 1");
        var sums = (await session.QueryAsync("CHECKSUM TABLE app.state, app.noise")).Rows.Select(row => row[1]);
        return $"version {version}: {string.Join(' ', sums)}";
    }

    public async Task<MySqlSession> ConnectAsync(TimeSpan? timeout = null)
    {
        var pod = await world.Client.GetAsync<V1Pod>("db-0", @namespace);
        return await MySqlSession.ConnectAsync(new MySqlConnectionOptions
        {
            Host = pod?.Status?.PodIP ?? throw new InvalidOperationException($"{@namespace}/db-0 has no address"),
            User = "root",
            Password = Resources.Password,
            ConnectTimeout = timeout ?? TimeSpan.FromSeconds(5),
            CommandTimeout = timeout ?? TimeSpan.FromMinutes(1),
        });
    }
}
