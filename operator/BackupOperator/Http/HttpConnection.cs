using System.Net.Sockets;

namespace BackupOperator.Http;

/// <summary>One connection: one request, one answer, each within its time.</summary>
internal sealed class HttpConnection(Socket socket, HttpLimits limits, Func<HttpRequest, HttpReply> handle, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource abort = new();

    /// <summary>Ends the connection, wherever it is.</summary>
    public void Abort()
    {
        try
        {
            abort.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended by itself.
        }
    }

    public async Task ServeAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(abort.Token, cancellationToken);
        socket.NoDelay = true;
        var (request, refusal) = await ReadAsync(stop.Token);
        var reply = refusal ?? handle(request!);
        await WithinAsync(limits.WriteTimeout, token => WriteAsync(reply, withBody: request?.Method != "HEAD", token), stop.Token);
        await DrainAsync(stop.Token);
    }

    public void Dispose()
    {
        socket.Dispose();
        abort.Dispose();
    }

    private async Task<(HttpRequest? Request, HttpReply? Refusal)> ReadAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[limits.RequestBytes];
        var read = 0;
        try
        {
            await WithinAsync(
                limits.ReadTimeout,
                async token =>
                {
                    int more;
                    do
                    {
                        more = await socket.ReceiveAsync(buffer.AsMemory(read), token);
                        read += more;
                    }
                    while (more > 0 && read < buffer.Length && !IsWhole(buffer.AsSpan(0, read)));
                },
                cancellationToken);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, HttpReply.Text(408, $"no whole request within {limits.ReadTimeout.TotalSeconds:0.#} s"));
        }

        if (!IsWhole(buffer.AsSpan(0, read)))
        {
            return (null, read == buffer.Length ? HttpReply.Text(431, $"a request may have {limits.RequestBytes} bytes") : HttpReply.Text(400, "not a whole request"));
        }

        return HttpRequest.Parse(buffer.AsSpan(0, read)) is { } request ? (request, null) : (null, HttpReply.Text(400, "not a request of HTTP/1.1"));
    }

    private async Task WriteAsync(HttpReply reply, bool withBody, CancellationToken cancellationToken)
    {
        await SendAsync(reply.Head(), cancellationToken);
        if (withBody)
        {
            await SendAsync(reply.Body, cancellationToken);
        }

        socket.Shutdown(SocketShutdown.Send);
    }

    private async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, cancellationToken)..];
        }
    }

    /// <summary>Closing with unread input would reset the connection, and the client would lose an answer that it has not read.</summary>
    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        var rest = new byte[1024];
        var left = 64;
        await WithinAsync(
            DrainTimeout,
            async token =>
            {
                while (left-- > 0 && await socket.ReceiveAsync(rest.AsMemory(), token) > 0)
                {
                }
            },
            cancellationToken);
    }

    private async Task WithinAsync(TimeSpan limit, Func<CancellationToken, Task> action, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        await action(either.Token);
    }

    private static bool IsWhole(ReadOnlySpan<byte> head) => head.IndexOf("\r\n\r\n"u8) >= 0 || head.IndexOf("\n\n"u8) >= 0;
}
