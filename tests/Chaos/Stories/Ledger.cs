using BackupOperator.MySql;

namespace BackupOperator.Chaos.Stories;

/// <summary>
/// A table that is written to all the time, and by itself tells whether it is whole: each row has the checksum of its
/// content, numbers have no gaps, and a second table knows the last of them since the same transaction.
/// </summary>
internal sealed class Ledger(Lane lane)
{
    private long _written;

    /// <summary>The highest number that the server has said to have.</summary>
    public long Written => Interlocked.Read(ref _written);

    public Task CreateAsync() => lane.Database.ExecuteAsync(
        "CREATE TABLE app.ledger (seq BIGINT PRIMARY KEY, content VARBINARY(2000) NOT NULL, sum CHAR(32) NOT NULL)",
        "CREATE TABLE app.last (id INT PRIMARY KEY, seq BIGINT NOT NULL)",
        "INSERT INTO app.last VALUES (1, 0)");

    /// <summary>Writes until the cancellation; a server that is away is waited for.</summary>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await using var session = await lane.Database.ConnectAsync(TimeSpan.FromSeconds(5));
                while (!cancellationToken.IsCancellationRequested)
                {
                    await session.QueryAsync("BEGIN", cancellationToken);
                    var seq = long.Parse((await session.ScalarAsync("SELECT seq FROM app.last WHERE id = 1 FOR UPDATE", cancellationToken))!, CultureInfo.InvariantCulture) + 1;
                    await session.QueryAsync(string.Create(
                        CultureInfo.InvariantCulture, $"INSERT INTO app.ledger SELECT {seq}, noise.content, MD5(noise.content) FROM (SELECT RANDOM_BYTES(1000) AS content) AS noise"), cancellationToken);
                    await session.QueryAsync(string.Create(CultureInfo.InvariantCulture, $"UPDATE app.last SET seq = {seq} WHERE id = 1"), cancellationToken);
                    await session.QueryAsync("COMMIT", cancellationToken);
                    Interlocked.Exchange(ref _written, seq);
                    await Task.Delay(5, cancellationToken);
                }
            }
            catch (Exception error) when (error is MySqlClientException or InvalidOperationException or OperationCanceledException or KubernetesApiException)
            {
                await Task.Delay(50, CancellationToken.None);
            }
        }
    }

    /// <returns>What is wrong; null where all is well.</returns>
    public static async Task<string?> FindProblemAsync(MySqlSession session)
    {
        // The live one is written to meanwhile.
        await session.QueryAsync("START TRANSACTION WITH CONSISTENT SNAPSHOT");
        var last = await session.ScalarAsync("SELECT seq FROM app.last WHERE id = 1");
        var rows = (await session.QueryAsync("SELECT COUNT(*), COALESCE(MAX(seq), 0), COALESCE(SUM(sum <> MD5(content)), 0) FROM app.ledger")).Rows[0];
        await session.QueryAsync("COMMIT");
        var (count, most, wrong) = (rows[0], rows[1], rows[2]);
        return count == last && most == last && wrong == "0" ? null : $"the ledger has {count} rows up to {most}, {wrong} with a wrong sum, and should have {last}";
    }
}
