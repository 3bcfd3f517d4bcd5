using System.Net;
using System.Net.Sockets;

namespace BackupOperator.Sidecar.Tests.Runs;

/// <summary>A port that greets as a MariaDB does, while it is told to.</summary>
internal sealed class Database : IDisposable
{
    // Protocol 10, the version, connection id 1, scramble, capabilities: what a client needs to know a server by.
    private static readonly byte[] Greeting = BuildGreeting();

    private readonly Lock _gate = new();
    private TcpListener? _listener;

    public Database()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        Port = ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    public int Port { get; }

    /// <summary>How often it has come up.</summary>
    public int Starts { get; private set; }

    public bool IsRunning
    {
        get
        {
            lock (_gate)
            {
                return _listener is not null;
            }
        }
    }

    public void Start()
    {
        lock (_gate)
        {
            if (_listener is not null)
            {
                return;
            }

            _listener = new TcpListener(IPAddress.Loopback, Port);
            _listener.Start();
            Starts++;
            _ = ServeAsync(_listener);
        }
    }

    public void Stop()
    {
        lock (_gate)
        {
            _listener?.Dispose();
            _listener = null;
        }
    }

    public void Dispose() => Stop();

    private static async Task ServeAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                _ = GreetAsync(await listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception)
        {
            // Stopped.
        }
    }

    private static async Task GreetAsync(TcpClient client)
    {
        try
        {
            using var own = client;
            await client.GetStream().WriteAsync(Greeting);

            // A login or a farewell; either way there is nothing more to say.
            _ = await client.GetStream().ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false);
        }
        catch (Exception)
        {
            // The client has hung up.
        }
    }

    private static byte[] BuildGreeting()
    {
        byte[] payload =
        [
            10, .. "5.5.5-10.11.99-MariaDB\0"u8, 1, 0, 0, 0, .. "12345678\0"u8, 0xFE, 0xF7, 45, 2, 0, 0xFF, 0x81, 21,
            .. new byte[10], .. "123456789012\0"u8, .. "mysql_native_password\0"u8,
        ];
        return [(byte)payload.Length, 0, 0, 0, .. payload];
    }
}
