namespace BackupOperator.TestSupport.Servers;

/// <summary>
/// MySQL 9.7 out of <see cref="TestEnvironment.MySqlRoot"/>. It sees its data directory as <c>/mnt</c>, bound there
/// in a mount namespace of its own. Needs root. See <see cref="RealDatabase"/>.
/// </summary>
public sealed class RealMySql : RealDatabase
{
    private const string BindAndEnter = """
        set -e
        mount --bind "$1" "$3/mnt"
        mount --bind "$2" "$3/media"
        root=$3; shift 3
        exec chroot --userspec=mysql:mysql "$root" "$@"
        """;

    private readonly string _root = TestEnvironment.MySqlRoot;
    private readonly string[] _arguments;

    private RealMySql(string? dataDirectory, string[] arguments)
        : base(dataDirectory)
    {
        _arguments = arguments;
        Owner = FindOwner(_root);
    }

    private protected override string Owner { get; }

    /// <summary>Starts a server with a new, empty database.</summary>
    /// <param name="arguments">Further arguments of the server, such as <c>--gtid-mode=ON</c>.</param>
    public static Task<RealMySql> StartNewAsync(params string[] arguments) => StartOnAsync(null, arguments);

    /// <summary>Starts a server on a data directory that exists, such as a restored one.</summary>
    public static async Task<RealMySql> StartOnAsync(string? dataDirectory, params string[] arguments)
    {
        var server = new RealMySql(dataDirectory, arguments);
        await server.StartAsync();
        return server;
    }

    private protected override Task InstallAsync(CancellationToken cancellationToken) =>
        RunAsync(InRoot("--initialize-insecure", "--innodb-redo-log-capacity=16M"), cancellationToken);

    private protected override IReadOnlyList<string> CommandLine(string initFile) => InRoot(
    [
        "--socket=/media/s.sock",
        "--pid-file=/media/pid",
        $"--port={Port}",
        "--bind-address=127.0.0.1",
        "--mysqlx=OFF",
        "--innodb-redo-log-capacity=16M",
        "--innodb-buffer-pool-size=32M",
        $"--init-file=/media/{Path.GetFileName(initFile)}",
        // This server goes by the mere presence of the option.
        .. _arguments.Contains("--skip-name-resolve=OFF") ? Array.Empty<string>() : ["--skip-name-resolve"],
        .. _arguments,
    ]);

    private IReadOnlyList<string> InRoot(params string[] arguments) =>
    [
        TestEnvironment.Program("unshare"),
        "--mount",
        "--propagation",
        "private",
        "/bin/sh",
        "-c",
        BindAndEnter,
        "enter",
        DataDirectory,
        SocketDirectory,
        _root,
        "/usr/sbin/mysqld",
        "--no-defaults",
        "--datadir=/mnt",
        "--tmpdir=/media",
        .. arguments,
    ];

    private static string FindOwner(string root)
    {
        if (!File.Exists(Path.Combine(root, "usr/sbin/mysqld")))
        {
            throw new InvalidOperationException($"There is no MySQL server in {root}; run `make test-environment`.");
        }

        var account = File.ReadLines(Path.Combine(root, "etc/passwd")).Select(line => line.Split(':')).First(fields => fields[0] == "mysql");
        return $"{account[2]}:{account[3]}";
    }
}
