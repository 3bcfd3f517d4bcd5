using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace BackupOperator.MySql.Tests.Fakes;

/// <summary>A server that misbehaves as it is told: its script runs for each connection.</summary>
internal sealed class FakeMySqlServer : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _loop;

    /// <param name="at">Where it listens; null for any free port.</param>
    public FakeMySqlServer(Func<FakeConnection, Task> script, IPEndPoint? at = null)
    {
        _listener = new TcpListener(at ?? new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Start();
        _loop = AcceptAsync(script);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public MySqlConnectionOptions Options => new()
    {
        Host = "127.0.0.1",
        Port = Port,
        User = "app",
        Password = "top secret",
        Tls = MySqlTlsMode.Preferred,
        ConnectTimeout = TimeSpan.FromSeconds(20),
        CommandTimeout = TimeSpan.FromSeconds(20),
    };

    /// <summary>What a server says first, by default without TLS.</summary>
    public static byte[] Greeting(string version = "8.4.0", string plugin = "mysql_native_password", bool tls = false, bool eof = true)
    {
        var low = (ushort)(0xA201 | (tls ? 0x800 : 0));
        var high = (ushort)(0x28 | (eof ? 0 : 0x100));
        return
        [
            10, .. Encoding.ASCII.GetBytes(version), 0, 1, 0, 0, 0, .. "12345678"u8, 0, (byte)low, (byte)(low >> 8), 45, 2, 0,
            (byte)high, (byte)(high >> 8), 21, .. new byte[10], .. "123456789012"u8, 0, .. Encoding.ASCII.GetBytes(plugin), 0,
        ];
    }

    public static byte[] Ok { get; } = [0, 0, 0, 2, 0, 0, 0];

    public static byte[] Eof { get; } = [0xFE, 0, 0, 2, 0];

    public static byte[] Error(int code, string message) =>
        [0xFF, (byte)code, (byte)(code >> 8), .. "#HY000"u8, .. Encoding.UTF8.GetBytes(message)];

    public static byte[] Column(string name) => [3, .. "def"u8, 0, 0, 0, (byte)name.Length, .. Encoding.ASCII.GetBytes(name), 0, 12, .. new byte[12]];

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _loop;
        _listener.Stop();
        _end.Dispose();
    }

    private async Task AcceptAsync(Func<FakeConnection, Task> script)
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync(_end.Token);
                client.NoDelay = true;
                await script(new FakeConnection(client.GetStream(), _end.Token));
            }
            catch (Exception problem) when (problem is IOException or OperationCanceledException or SocketException)
            {
                // The client hung up, or the server ends.
            }
        }
    }
}

/// <summary>The fake server's end of a connection.</summary>
internal sealed class FakeConnection(NetworkStream stream, CancellationToken cancellationToken)
{
    private byte _sequence;

    public CancellationToken End => cancellationToken;

    public ValueTask SendRawAsync(params byte[] bytes) => stream.WriteAsync(bytes, cancellationToken);

    public ValueTask SendAsync(byte[] payload, byte? sequence = null)
    {
        var packet = new byte[4 + payload.Length];
        BinaryPrimitives.WriteInt32LittleEndian(packet, payload.Length | ((sequence ?? _sequence) << 24));
        _sequence = (byte)((sequence ?? _sequence) + 1);
        payload.CopyTo(packet, 4);
        return stream.WriteAsync(packet, cancellationToken);
    }

    public async Task<byte[]> ReceiveAsync()
    {
        var header = new byte[4];
        await stream.ReadExactlyAsync(header, cancellationToken);
        var payload = new byte[BinaryPrimitives.ReadInt32LittleEndian(header) & 0xFFFFFF];
        await stream.ReadExactlyAsync(payload, cancellationToken);
        _sequence = (byte)(header[3] + 1);
        return payload;
    }

    /// <summary>Greets, and lets anyone in.</summary>
    public async Task LetInAsync(bool eof = true)
    {
        await SendAsync(FakeMySqlServer.Greeting(eof: eof));
        await ReceiveAsync();
        await SendAsync(FakeMySqlServer.Ok);
    }

    public Task HangAsync() => Task.Delay(Timeout.Infinite, cancellationToken);
}
