using System.Diagnostics;
using System.Net.Sockets;

namespace BackupOperator.TestSupport.Servers;

/// <summary>
/// A real database server in a process and a data directory of its own, on a loopback port that it keeps over
/// restarts. <see cref="User"/> with <see cref="Password"/> may do everything, over TCP from anywhere. The server
/// dies with the test process, however that ends.
/// </summary>
public abstract class RealDatabase : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(60);

    // Runs the server in the background, says its process id, and kills it when the standard input ends: that is,
    // when the process that started it dies. A parent-death signal would come when a mere thread of it ends.
    private const string Keeper = """
        exec 3<&0
        exec 2>>"$1"
        shift
        "$@" </dev/null >&2 3<&- &
        server=$!
        echo $server
        (cat <&3 >/dev/null; kill -KILL $server 2>/dev/null) >/dev/null 2>&1 &
        wait $server
        """;

    private readonly string _folder;
    private Process? _keeper;

    private protected RealDatabase(string? dataDirectory)
    {
        _folder = Directory.CreateTempSubdirectory("db-").FullName;
        DataDirectory = dataDirectory ?? Path.Combine(_folder, "data");
        SocketDirectory = Directory.CreateDirectory(Path.Combine(_folder, "run")).FullName;
        ErrorLog = Path.Combine(_folder, "error.log");
        Port = FreePort.Find();
    }

    public string Host => "127.0.0.1";

    public int Port { get; }

    public string User => "root";

    public string Password => "correct horse";

    /// <summary>The data directory, as this process sees it.</summary>
    public string DataDirectory { get; }

    /// <summary>The server's Unix socket, as this process sees it; <c>root</c> enters there without a password.</summary>
    public string Socket => Path.Combine(SocketDirectory, "s.sock");

    public string ErrorLog { get; }

    /// <summary>The server's process, or null while it does not run.</summary>
    public int? ProcessId { get; private set; }

    /// <summary>Also for temporary tables: a server that starts deletes those that it finds, were they another one's in a common folder.</summary>
    private protected string SocketDirectory { get; }

    /// <summary>The user and group ids that the server's files belong to.</summary>
    private protected abstract string Owner { get; }

    /// <summary>Fills an empty data directory.</summary>
    private protected abstract Task InstallAsync(CancellationToken cancellationToken);

    /// <summary>The server's program and all its arguments; the file holds SQL to execute before the first connection.</summary>
    private protected abstract IReadOnlyList<string> CommandLine(string initFile);

    /// <summary>Starts the server, and returns when it answers. A new data directory is installed first.</summary>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (ProcessId is not null)
        {
            return;
        }

        // The server's user passes through.
        await RunAsync(["chmod", "755", _folder], cancellationToken);
        await ChownAsync(SocketDirectory, cancellationToken);
        if (!Directory.Exists(DataDirectory) || !Directory.EnumerateFileSystemEntries(DataDirectory).Any())
        {
            Directory.CreateDirectory(DataDirectory);
            await ChownAsync(DataDirectory, cancellationToken);
            await InstallAsync(cancellationToken);
        }

        var initFile = Path.Combine(SocketDirectory, "init.sql");
        await File.WriteAllTextAsync(initFile, $"""
            SET SESSION sql_log_bin = 0;
            CREATE USER IF NOT EXISTS '{User}'@'%' IDENTIFIED BY '{Password}';
            GRANT ALL ON *.* TO '{User}'@'%' WITH GRANT OPTION;

            """, cancellationToken);

        var start = new ProcessStartInfo("/bin/sh", ["-c", Keeper, "keeper", ErrorLog, .. CommandLine(initFile)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        _keeper = Process.Start(start)!;
        ProcessId = int.Parse((await _keeper.StandardOutput.ReadLineAsync(cancellationToken))!);
        await WaitForAnswerAsync(cancellationToken);
    }

    /// <summary>Shuts the server down cleanly.</summary>
    /// <exception cref="TimeoutException">It did not end within a minute.</exception>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        await SignalAsync("TERM", cancellationToken);
        await WaitForEndAsync(cancellationToken);
    }

    /// <summary>Kills the server as a dying node would.</summary>
    public async Task KillAsync(CancellationToken cancellationToken = default)
    {
        await SignalAsync("KILL", cancellationToken);
        await WaitForEndAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        try
        {
            Directory.Delete(_folder, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
        }

        GC.SuppressFinalize(this);
    }

    private protected static async Task RunAsync(IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{command[0]} ended with {process.ExitCode}: {await output}{await error}");
        }
    }

    private Task ChownAsync(string folder, CancellationToken cancellationToken) =>
        RunAsync(["chown", "-R", Owner, folder], cancellationToken);

    // The server accepts connections after the init file: its greeting says that the accounts are there.
    private async Task WaitForAnswerAsync(CancellationToken cancellationToken)
    {
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(Host, Port, cancellationToken);
                var header = new byte[5];
                await client.GetStream().ReadExactlyAsync(header, cancellationToken);
                if (header[4] == 10)
                {
                    return;
                }
            }
            catch (Exception problem) when (problem is SocketException or IOException)
            {
                // Not listening yet.
            }

            if (_keeper!.HasExited || Stopwatch.GetElapsedTime(since) > StartLimit)
            {
                var log = File.Exists(ErrorLog) ? await File.ReadAllTextAsync(ErrorLog, cancellationToken) : "";
                await KillAsync(CancellationToken.None);
                throw new InvalidOperationException($"The database server did not start: {log}");
            }

            await Task.Delay(50, cancellationToken);
        }
    }

    private async Task SignalAsync(string signal, CancellationToken cancellationToken)
    {
        if (ProcessId is { } id && _keeper is { HasExited: false })
        {
            using var kill = Process.Start(new ProcessStartInfo("kill", [$"-{signal}", $"{id}"]) { RedirectStandardError = true })!;
            await kill.WaitForExitAsync(cancellationToken);
        }
    }

    private async Task WaitForEndAsync(CancellationToken cancellationToken)
    {
        if (_keeper is null)
        {
            return;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StopLimit);
        try
        {
            await _keeper.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The database server did not end within {StopLimit}; its log is {ErrorLog}.", late);
        }

        _keeper.Dispose();
        _keeper = null;
        ProcessId = null;
    }
}
