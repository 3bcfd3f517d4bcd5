using System.Net;
using System.Text;
using BackupOperator.MySql.Tests.Fakes;

namespace BackupOperator.Sidecar.Tests.Targets;

/// <summary>A MySQL server that says of its replication what a test wants, and nothing else.</summary>
internal sealed class FakeReplica : IAsyncDisposable
{
    private static readonly string[] StatusColumns =
    [
        "Channel_Name", "Source_Host", "Source_Server_Id", "Replica_IO_Running", "Replica_SQL_Running", "Seconds_Behind_Source", "Last_IO_Error", "Last_SQL_Error",
    ];

    private readonly FakeMySqlServer _server;

    public FakeReplica(string address, int port) => _server = new FakeMySqlServer(TalkAsync, new IPEndPoint(IPAddress.Parse(address), port));

    public int ServerId { get; init; } = 1;

    /// <summary>The <c>server_id</c> of its source; null for none.</summary>
    public int? Source { get; init; }

    public bool Receives { get; init; } = true;

    public bool Applies { get; init; } = true;

    public int? Lag { get; init; } = 0;

    /// <summary>The user may not see how it replicates.</summary>
    public bool IsSecretive { get; init; }

    /// <summary>Global variables and status variables.</summary>
    public Dictionary<string, string> Variables { get; init; } = [];

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task TalkAsync(FakeConnection connection)
    {
        await connection.LetInAsync();
        while (await connection.ReceiveAsync() is [3, .. var sql])
        {
            await AnswerAsync(connection, Encoding.UTF8.GetString(sql));
        }
    }

    private Task AnswerAsync(FakeConnection connection, string sql) => sql switch
    {
        "SHOW REPLICA STATUS" when IsSecretive => connection.SendAsync(FakeMySqlServer.Error(1227, "Access denied; you need REPLICATION CLIENT")).AsTask(),
        "SHOW REPLICA STATUS" => SendAsync(connection, StatusColumns, Status()),
        "SELECT @@server_id" => SendAsync(connection, ["@@server_id"], [[$"{ServerId}"]]),
        _ when sql.StartsWith("SHOW GLOBAL ", StringComparison.Ordinal) =>
            SendAsync(connection, ["Variable_name", "Value"], [.. Variables.Where(v => Names(sql, v.Key)).Select(v => (string?[])[v.Key, v.Value])]),
        _ => connection.SendAsync(FakeMySqlServer.Error(1064, $"You have an error in your SQL syntax: {sql}")).AsTask(),
    };

    private string?[][] Status() => Source is { } source
        ? [["", $"db-{source}.db", $"{source}", Receives ? "Yes" : "Connecting", Applies ? "Yes" : "No", Lag?.ToString(System.Globalization.CultureInfo.InvariantCulture), "", Applies ? "" : "Error_code: 1062"]]
        : [];

    // A name in quotes, or the beginning of one before a percent sign.
    private static bool Names(string sql, string variable) =>
        sql.Split('\'').Where((_, i) => i % 2 == 1).Any(name => name.EndsWith('%') ? variable.StartsWith(name[..^1], StringComparison.OrdinalIgnoreCase) : name == variable);

    private static async Task SendAsync(FakeConnection connection, string[] columns, string?[][] rows)
    {
        await connection.SendAsync([(byte)columns.Length]);
        foreach (var column in columns)
        {
            await connection.SendAsync(FakeMySqlServer.Column(column));
        }

        await connection.SendAsync(FakeMySqlServer.Eof);
        foreach (var row in rows)
        {
            await connection.SendAsync([.. row.SelectMany(value => value is null ? (byte[])[0xFB] : [(byte)value.Length, .. Encoding.UTF8.GetBytes(value)])]);
        }

        await connection.SendAsync(FakeMySqlServer.Eof);
    }
}
