using System.Net;
using System.Net.Sockets;

namespace BackupOperator.Http;

/// <summary>
/// Answers GET and HEAD of a few fixed paths, for probes and scrapes. It is this small so that the program stays so: a
/// request is one line to it, and a connection lives for one request.
/// </summary>
internal sealed class HttpServer(
    BindAddress address, IReadOnlyDictionary<string, Func<HttpReply>> routes, HttpLimits limits, TimeProvider time, ILogger<HttpServer> logger)
{
    private static readonly TimeSpan AcceptRetry = TimeSpan.FromMilliseconds(100);

    private readonly Lock gate = new();
    private readonly LinkedList<HttpConnection> open = [];
    private readonly TaskCompletionSource<IPEndPoint> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Where it listens, as soon as it does.</summary>
    public Task<IPEndPoint> Listening => listening.Task;

    /// <summary>
    /// Serves until <paramref name="stopping"/>. Where the address is taken it goes on trying: a program that guards
    /// databases does not end for want of a port, and its probes tell.
    /// </summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            using var listener = await ListenAsync(stopping);
            listening.TrySetResult((IPEndPoint)listener.LocalEndPoint!);
            logger.LogInformation("Listening on {Address} for {Paths}", listener.LocalEndPoint, string.Join(' ', routes.Keys));
            while (true)
            {
                await AcceptAsync(listener, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The end.
        }
    }

    private async Task<Socket> ListenAsync(CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                return address.Listen();
            }
            catch (SocketException e)
            {
                logger.LogError(
                    "Cannot listen on {Address}: {Error}. Probes and scrapes fail until it is free; set --metrics-bind-address to another one",
                    address, e.Message);
                await Task.Delay(limits.ListenRetry, time, stopping);
            }
        }
    }

    private async Task AcceptAsync(Socket listener, CancellationToken stopping)
    {
        try
        {
            var connection = new HttpConnection(await listener.AcceptAsync(stopping), limits, Handle, time);
            _ = ServeAsync(connection, Enter(connection), stopping);
        }
        catch (SocketException e)
        {
            // Such as a client that went before it was taken, or no descriptor left.
            logger.LogDebug("A connection was not taken: {Error}", e.Message);
            await Task.Delay(AcceptRetry, time, stopping);
        }
    }

    private async Task ServeAsync(HttpConnection connection, LinkedListNode<HttpConnection> place, CancellationToken stopping)
    {
        await Task.Yield();
        try
        {
            await connection.ServeAsync(stopping);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // A client that is slow, or gone.
        }
        finally
        {
            Leave(place);
            connection.Dispose();
        }
    }

    private LinkedListNode<HttpConnection> Enter(HttpConnection connection)
    {
        HttpConnection? oldest = null;
        LinkedListNode<HttpConnection> place;
        lock (gate)
        {
            if (open.Count >= limits.Connections)
            {
                oldest = open.First!.Value;
                open.RemoveFirst();
            }

            place = open.AddLast(connection);
        }

        oldest?.Abort();
        return place;
    }

    private void Leave(LinkedListNode<HttpConnection> place)
    {
        lock (gate)
        {
            if (place.List is not null)
            {
                open.Remove(place);
            }
        }
    }

    private HttpReply Handle(HttpRequest request)
    {
        if (!routes.TryGetValue(request.Path, out var route))
        {
            return HttpReply.Text(404, $"there is {string.Join(", ", routes.Keys)}");
        }

        if (request.Method is not ("GET" or "HEAD"))
        {
            return HttpReply.Text(405, "only GET and HEAD");
        }

        try
        {
            return route();
        }
        catch (Exception e)
        {
            logger.LogError(e, "{Path} failed", request.Path);
            return HttpReply.Text(500, "failed; the log says why");
        }
    }
}
