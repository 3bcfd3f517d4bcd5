using System.Diagnostics;
using System.Net.Sockets;

namespace BackupOperator.TestSupport.Servers;

/// <summary>
/// Ceph's S3 gateway with one monitor and one OSD in memory: a real S3 server, on loopback ports of its own.
/// All its processes die with this one.
/// </summary>
public sealed class RealRgw : IAsyncDisposable
{
    private readonly string _folder;
    private readonly Process _cluster;

    private RealRgw(string folder, Process cluster, int port)
    {
        _folder = folder;
        _cluster = cluster;
        Port = port;
    }

    public int Port { get; }

    public string Endpoint => $"http://127.0.0.1:{Port}";

    public string AccessKey => "testkey";

    public string SecretKey => "testsecret";

    /// <summary>For <c>radosgw-admin -c</c>, such as to set a quota.</summary>
    public string ConfigurationFile => Path.Combine(_folder, "ceph.conf");

    /// <summary>Takes about 12 s.</summary>
    public static async Task<RealRgw> StartAsync(CancellationToken cancellationToken = default)
    {
        foreach (var program in new[] { "ceph-mon", "ceph-osd", "radosgw", "radosgw-admin" })
        {
            TestEnvironment.Program(program);
        }

        var folder = Directory.CreateTempSubdirectory("rgw-").FullName;
        var port = FreePort.Find();
        var start = new ProcessStartInfo("bash")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Servers", "ceph-rgw.sh"));
        start.Environment["RGW_DIR"] = folder;
        start.Environment["RGW_PORT"] = $"{port}";
        start.Environment["MON_PORT"] = $"{FreePort.Find()}";
        start.Environment["MON_PORT_V1"] = $"{FreePort.Find()}";
        var cluster = Process.Start(start)!;
        var errors = cluster.StandardError.ReadToEndAsync(cancellationToken);
        while (await cluster.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line == "ready")
            {
                return new RealRgw(folder, cluster, port);
            }
        }

        throw new InvalidOperationException($"Ceph's gateway did not start: {await errors}");
    }

    /// <summary>Creates a bucket that belongs to the test user.</summary>
    public Task CreateBucketAsync(string bucket, CancellationToken cancellationToken = default) =>
        S3Request.SendAsync(HttpMethod.Put, new Uri($"{Endpoint}/{bucket}"), AccessKey, SecretKey, cancellationToken);

    /// <summary>What lies in a bucket, and what is being uploaded to it: the answers to both listings, in XML.</summary>
    public async Task<string> DescribeBucketAsync(string bucket, CancellationToken cancellationToken = default) =>
        await S3Request.SendAsync(HttpMethod.Get, new Uri($"{Endpoint}/{bucket}"), AccessKey, SecretKey, cancellationToken)
        + await S3Request.SendAsync(HttpMethod.Get, new Uri($"{Endpoint}/{bucket}?uploads="), AccessKey, SecretKey, cancellationToken);

    /// <summary>Stops the gateway alone; the data stays.</summary>
    public void KillGateway() => Signal("radosgw", "KILL");

    /// <summary>Starts the gateway again after <see cref="KillGateway"/>.</summary>
    public async Task StartGatewayAsync(CancellationToken cancellationToken = default)
    {
        await RunAsync(TestEnvironment.Program("radosgw"), ["-c", ConfigurationFile, "-n", "client.rgw.a", "--keyring", Path.Combine(_folder, "rgw", "keyring")], cancellationToken);
        for (var attempt = 0; attempt < 120; attempt++)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync("127.0.0.1", Port, cancellationToken);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(250, cancellationToken);
            }
        }

        throw new TimeoutException("Ceph's gateway did not come back.");
    }

    /// <summary>Runs <c>radosgw-admin</c> against this cluster.</summary>
    public Task AdminAsync(params string[] arguments) =>
        RunAsync(TestEnvironment.Program("radosgw-admin"), ["-c", ConfigurationFile, .. arguments], CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        // The script waits on its standard input: closing it stops the cluster, and so does this process's death.
        _cluster.StandardInput.Close();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            await _cluster.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _cluster.Kill(entireProcessTree: true);
        }

        _cluster.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void Signal(string name, string signal)
    {
        foreach (var process in Process.GetProcessesByName(name))
        {
            using (process)
            {
                if (IsOurs(process.Id))
                {
                    using var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
                    kill.WaitForExit();
                    process.WaitForExit(5000);
                }
            }
        }
    }

    // Those of other tests may end between the list and the look.
    private bool IsOurs(int processId)
    {
        try
        {
            return File.ReadAllText($"/proc/{processId}/cmdline").Contains(ConfigurationFile, StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static async Task RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        _ = process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {await error}");
        }
    }
}
