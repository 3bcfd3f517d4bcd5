using System.Net;
using System.Net.Sockets;

namespace BackupOperator.TestSupport.Faults;

/// <summary>A connection through a <see cref="NetworkGate"/>.</summary>
/// <param name="pass">Bytes wait for this.</param>
internal sealed class GatedConnection(Socket client, Func<CancellationToken, Task<IPEndPoint?>> target, Func<Task> pass) : IDisposable
{
    private readonly Socket _server = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly CancellationTokenSource _stop = new();

    public async Task RunAsync()
    {
        try
        {
            client.NoDelay = true;
            await pass().WaitAsync(_stop.Token);
            if (await target(_stop.Token) is not { } address)
            {
                return;
            }

            await _server.ConnectAsync(address, _stop.Token);
            await Task.WhenAll(PumpAsync(client, _server), PumpAsync(_server, client));
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // One side has gone, or was taken away.
        }
        finally
        {
            client.Dispose();
            _server.Dispose();
        }
    }

    public void Dispose()
    {
        client.Dispose();
        _server.Dispose();
        _stop.Dispose();
    }

    /// <summary>Both sides see the other die (RST).</summary>
    public void Reset()
    {
        _stop.Cancel();
        Abort(client);
        Abort(_server);
    }

    private static void Abort(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
            socket.Close();
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Gone already.
        }
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        try
        {
            var buffer = new byte[64 << 10];
            while (await from.ReceiveAsync(buffer, _stop.Token) is > 0 and var count)
            {
                await pass().WaitAsync(_stop.Token);
                for (var sent = 0; sent < count;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), _stop.Token);
                }
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            Reset();
        }
    }
}
