using BackupOperator.MySql.Protocol;
using BackupOperator.MySql.Protocol.Payloads;
using BackupOperator.MySql.Transport;

namespace BackupOperator.MySql;

/// <summary>
/// One connection to a MySQL or MariaDB server, for one command at a time. A timeout, a cancellation or a fault of the
/// protocol ends it: what arrives afterwards would answer a question of before. An error of the server does not.
/// </summary>
public sealed class MySqlSession : IAsyncDisposable
{
    private static readonly TimeSpan QuitLimit = TimeSpan.FromSeconds(1);

    private readonly MySqlConnectionOptions _options;
    private readonly LoggedIn _connection;
    private readonly TimeProvider _time;
    private int _isBusy;
    private bool _isDisposed;

    private MySqlSession(MySqlConnectionOptions options, LoggedIn connection, TimeProvider time)
    {
        _options = options;
        _connection = connection;
        _time = time;
    }

    public ServerGreeting Greeting => _connection.Greeting;

    public bool IsTls => _connection.IsTls;

    /// <summary>False as soon as the connection is over.</summary>
    public bool IsOpen { get; private set; } = true;

    /// <summary>Connects and logs in.</summary>
    /// <exception cref="MySqlException">The server refused, such as for a wrong password.</exception>
    /// <exception cref="MySqlConnectionException">It cannot be reached, or took longer than <see cref="MySqlConnectionOptions.ConnectTimeout"/>.</exception>
    /// <exception cref="MySqlAuthenticationException">This client refused: TLS, its certificate, or the plugin.</exception>
    /// <exception cref="MySqlProtocolException">The server is no MySQL server, or broken.</exception>
    public static Task<MySqlSession> ConnectAsync(MySqlConnectionOptions options, CancellationToken cancellationToken = default) =>
        ConnectAsync(options, TimeProvider.System, cancellationToken);

    /// <summary>As the other, with a clock for its timeouts.</summary>
    public static async Task<MySqlSession> ConnectAsync(
        MySqlConnectionOptions options, TimeProvider time, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var authorities = TlsUpgrade.ReadAuthorities(options);
        var connection = await Deadline.RunAsync(
            options.Server,
            "accept a login",
            options.ConnectTimeout,
            time,
            token => Login.RunAsync(options, authorities, token),
            cancellationToken);
        return new MySqlSession(options, connection, time);
    }

    /// <summary>
    /// Reads the greeting of a server, which needs no account: the server runs and takes connections. Its log may note a
    /// refused login of <c>mysql-backup-operator</c>.
    /// </summary>
    /// <exception cref="MySqlException">
    /// The server runs, but sends an error for a greeting: <see cref="MySqlErrorCode.TooManyConnections"/>,
    /// <see cref="MySqlErrorCode.HostBlocked"/>, <see cref="MySqlErrorCode.HostNotPrivileged"/>.
    /// </exception>
    /// <exception cref="MySqlConnectionException">It cannot be reached, or did not greet in time.</exception>
    /// <exception cref="MySqlProtocolException">It is no MySQL server.</exception>
    public static Task<ServerGreeting> GreetAsync(
        string host, int port, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        GreetAsync(host, port, timeout, TimeProvider.System, cancellationToken);

    /// <summary>As the other, with a clock for its timeout.</summary>
    public static Task<ServerGreeting> GreetAsync(
        string host, int port, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(host);
        return Deadline.RunAsync(
            ServerEndPoint.Name(host, port),
            "greet",
            timeout,
            time,
            token => GreetingProbe.RunAsync(host, port, time, token),
            cancellationToken);
    }

    /// <summary>Asks whether the server is still there.</summary>
    public Task PingAsync(CancellationToken cancellationToken = default) => ExecuteAsync(CommandPayload.Ping, cancellationToken);

    /// <summary>Executes one statement.</summary>
    /// <exception cref="MySqlException">The statement failed; the session goes on.</exception>
    public Task<MySqlResult> QueryAsync(string sql, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(sql);
        return ExecuteAsync(CommandPayload.Query(sql), cancellationToken);
    }

    /// <summary>The text in the first column of the first row; null for NULL, and where there is no row.</summary>
    public async Task<string?> ScalarAsync(string sql, CancellationToken cancellationToken = default) =>
        (await QueryAsync(sql, cancellationToken)).Rows is [var row, ..] ? row[0] : null;

    /// <summary>Whose server it is by its own description, which knows more than the greeting.</summary>
    public async Task<ServerFlavour> ReadFlavourAsync(CancellationToken cancellationToken = default) =>
        Greeting.Flavour == ServerFlavour.MySql
            ? ServerGreeting.FlavourOf(await ScalarAsync("SELECT @@version_comment", cancellationToken) ?? "")
            : Greeting.Flavour;

    /// <summary>Says goodbye, if the connection still stands, and closes it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        if (IsOpen)
        {
            IsOpen = false;
            using var limit = new CancellationTokenSource(QuitLimit, _time);
            try
            {
                _connection.Packets.BeginCommand();
                await _connection.Packets.WriteAsync(CommandPayload.Quit, limit.Token);
            }
            catch (Exception problem) when (problem is IOException or OperationCanceledException)
            {
                // The server went first.
            }
        }

        await _connection.Packets.DisposeAsync();
    }

    private async Task<MySqlResult> ExecuteAsync(ReadOnlyMemory<byte> command, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        if (!IsOpen)
        {
            throw new MySqlConnectionException($"The connection to MySQL at {_options.Server} is over; connect again.");
        }

        if (Interlocked.Exchange(ref _isBusy, 1) == 1)
        {
            throw new InvalidOperationException("This session is executing another command.");
        }

        try
        {
            return await Deadline.RunAsync(
                _options.Server, "answer a command", _options.CommandTimeout, _time, token => ExchangeAsync(command, token), cancellationToken);
        }
        catch (Exception problem) when (problem is not MySqlException)
        {
            IsOpen = false;
            await _connection.Packets.DisposeAsync();
            throw;
        }
        finally
        {
            Volatile.Write(ref _isBusy, 0);
        }
    }

    private async Task<MySqlResult> ExchangeAsync(ReadOnlyMemory<byte> command, CancellationToken cancellationToken)
    {
        _connection.Packets.BeginCommand();
        await _connection.Packets.WriteAsync(command, cancellationToken);
        return await new ResultReader(_connection.Packets, _connection.Capabilities, _options.Server).ReadAsync(cancellationToken);
    }
}
