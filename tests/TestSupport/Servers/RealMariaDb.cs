namespace BackupOperator.TestSupport.Servers;

/// <summary>The MariaDB server of this machine. See <see cref="RealDatabase"/>.</summary>
public sealed class RealMariaDb : RealDatabase
{
    private readonly string _server = TestEnvironment.Program("mariadbd");
    private readonly string _installer = TestEnvironment.Program("mariadb-install-db");
    private readonly string[] _arguments;

    private RealMariaDb(string? dataDirectory, string[] arguments)
        : base(dataDirectory) => _arguments = arguments;

    private protected override string Owner { get; } = Environment.IsPrivilegedProcess ? "mysql" : Environment.UserName;

    /// <summary>Starts a server with a new, empty database.</summary>
    /// <param name="arguments">Further arguments of the server, such as <c>--log-bin=mysqld-bin</c>.</param>
    public static Task<RealMariaDb> StartNewAsync(params string[] arguments) => StartOnAsync(null, arguments);

    /// <summary>Starts a server on a data directory that exists, such as a restored one.</summary>
    public static async Task<RealMariaDb> StartOnAsync(string? dataDirectory, params string[] arguments)
    {
        var server = new RealMariaDb(dataDirectory, arguments);
        await server.StartAsync();
        return server;
    }

    private protected override Task InstallAsync(CancellationToken cancellationToken) => RunAsync(
        [
            _installer,
            "--no-defaults",
            $"--user={Owner}",
            $"--datadir={DataDirectory}",
            $"--tmpdir={SocketDirectory}",
            "--auth-root-authentication-method=socket",
            "--skip-test-db",
            "--innodb-log-file-size=8M",
        ],
        cancellationToken);

    private protected override IReadOnlyList<string> CommandLine(string initFile) =>
    [
        _server,
        "--no-defaults",
        $"--user={Owner}",
        $"--datadir={DataDirectory}",
        $"--tmpdir={SocketDirectory}",
        $"--socket={Socket}",
        $"--pid-file={Path.Combine(SocketDirectory, "pid")}",
        $"--port={Port}",
        "--bind-address=127.0.0.1",
        "--skip-name-resolve",
        "--innodb-log-file-size=8M",
        "--innodb-buffer-pool-size=32M",
        $"--init-file={initFile}",
        .. _arguments,
    ];
}
