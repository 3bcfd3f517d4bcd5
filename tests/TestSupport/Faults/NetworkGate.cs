using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace BackupOperator.TestSupport.Faults;

/// <summary>Stands before a real server, whatever it speaks, and takes it away from those who come through here.</summary>
public sealed class NetworkGate : IAsyncDisposable
{
    private const int Backlog = 128;
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(20);

    private readonly Func<CancellationToken, Task<IPEndPoint?>> _target;
    private readonly IPEndPoint _address;
    private readonly SemaphoreSlim _change = new(1);
    private readonly ConcurrentDictionary<GatedConnection, byte> _connections = [];
    private readonly List<Socket> _fillers = [];
    private Socket? _listener;
    private TaskCompletionSource _pass = Done();

    private NetworkGate(Func<CancellationToken, Task<IPEndPoint?>> target, IPAddress address, int port)
    {
        _target = target;
        _listener = Listen(new IPEndPoint(address, port), Backlog);
        _address = (IPEndPoint)_listener.LocalEndPoint!;
        _ = AcceptAsync(_listener);
    }

    /// <summary>The port that clients connect to.</summary>
    public int Port => _address.Port;

    public GateState State { get; private set; }

    /// <param name="port">The server's, on the loopback interface.</param>
    public static NetworkGate Start(int port) =>
        new(_ => Task.FromResult<IPEndPoint?>(new IPEndPoint(IPAddress.Loopback, port)), IPAddress.Loopback, 0);

    /// <param name="target">Asked for each connection; null closes it.</param>
    /// <param name="address">Where to listen.</param>
    public static NetworkGate Start(Func<CancellationToken, Task<IPEndPoint?>> target, IPAddress address, int port) => new(target, address, port);

    public async Task SetAsync(GateState state)
    {
        await _change.WaitAsync();
        try
        {
            if (state == State)
            {
                return;
            }

            var before = State;
            State = state;
            if (state is GateState.Frozen or GateState.Unreachable && _pass.Task.IsCompleted)
            {
                _pass = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            if (state == GateState.Refusing || before == GateState.Unreachable)
            {
                ResetAll();
            }

            if (state is GateState.Refusing or GateState.Unreachable)
            {
                CloseListener();
            }

            if (state == GateState.Unreachable)
            {
                await FillAsync();
            }

            if (state == GateState.Open)
            {
                await ReopenAsync();
                _pass.TrySetResult();
            }
        }
        finally
        {
            _change.Release();
        }
    }

    public ValueTask DisposeAsync()
    {
        CloseListener();
        ResetAll();
        _pass.TrySetResult();
        _change.Dispose();
        return ValueTask.CompletedTask;
    }

    private static TaskCompletionSource Done()
    {
        var source = new TaskCompletionSource();
        source.SetResult();
        return source;
    }

    private static Socket Listen(IPEndPoint address, int backlog)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(address);
            socket.Listen(backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptAsync();
                var connection = new GatedConnection(client, _target, () => _pass.Task);
                _connections[connection] = 0;
                _ = connection.RunAsync().ContinueWith(
                    _ => _connections.TryRemove(connection, out var _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Closed.
        }
    }

    private async Task ReopenAsync()
    {
        if (_listener is not null && _fillers.Count == 0)
        {
            return;
        }

        CloseListener();
        _listener = await BindAgainAsync(Backlog);
        _ = AcceptAsync(_listener);
    }

    // Linux drops the SYN of who wants to connect while the queue of those who wait to be accepted is full.
    private async Task FillAsync()
    {
        _listener = await BindAgainAsync(backlog: 0);
        for (var i = 0; i < 4; i++)
        {
            var filler = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            _fillers.Add(filler);
            _ = filler.ConnectAsync(_address).ContinueWith(
                static attempt => attempt.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private async Task<Socket> BindAgainAsync(int backlog)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return Listen(_address, backlog);
            }
            catch (SocketException) when (attempt < 500)
            {
                await Task.Delay(Retry);
            }
        }
    }

    private void CloseListener()
    {
        _listener?.Dispose();
        _listener = null;
        foreach (var filler in _fillers)
        {
            filler.Close(0);
        }

        _fillers.Clear();
    }

    private void ResetAll()
    {
        foreach (var connection in _connections.Keys)
        {
            connection.Reset();
        }
    }
}
