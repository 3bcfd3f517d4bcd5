using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace BackupOperator.MySql.Transport;

/// <summary>Where a server listens: host and port, or a Unix socket.</summary>
internal static class ServerEndPoint
{
    public static bool IsUnixSocket(string host) => host.StartsWith('/');

    /// <summary>As messages name it.</summary>
    public static string Name(string host, int port) => IsUnixSocket(host)
        ? host
        : host.Contains(':', StringComparison.Ordinal)
            ? string.Create(CultureInfo.InvariantCulture, $"[{host}]:{port}")
            : string.Create(CultureInfo.InvariantCulture, $"{host}:{port}");

    /// <summary>Connects, and tries all addresses of a name.</summary>
    public static async Task<Stream> ConnectAsync(string host, int port, CancellationToken cancellationToken)
    {
        if (IsUnixSocket(host))
        {
            return await ConnectAsync(
                new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified), new UnixDomainSocketEndPoint(host), cancellationToken);
        }

        EndPoint endPoint = IPAddress.TryParse(host, out var address) ? new IPEndPoint(address, port) : new DnsEndPoint(host, port);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        return await ConnectAsync(socket, endPoint, cancellationToken);
    }

    private static async Task<Stream> ConnectAsync(Socket socket, EndPoint endPoint, CancellationToken cancellationToken)
    {
        try
        {
            await socket.ConnectAsync(endPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
