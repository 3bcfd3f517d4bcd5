using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace BackupOperator.Http;

/// <summary>Where to listen: <c>:8080</c> (every address of the machine), <c>127.0.0.1:8080</c> or <c>[::1]:8080</c>.</summary>
/// <param name="Host">Null for every address.</param>
/// <param name="Port">0 takes a free one.</param>
internal sealed record BindAddress(IPAddress? Host, int Port)
{
    /// <returns>Null where the text is no such address.</returns>
    public static BindAddress? Parse(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon < 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            return null;
        }

        var host = text[..colon];
        return host switch
        {
            "" => new BindAddress(null, port),
            "localhost" => new BindAddress(IPAddress.Loopback, port),
            ['[', .., ']'] when IPAddress.TryParse(host[1..^1], out var v6) && v6.AddressFamily == AddressFamily.InterNetworkV6 => new BindAddress(v6, port),
            _ when IPAddress.TryParse(host, out var v4) && v4.AddressFamily == AddressFamily.InterNetwork => new BindAddress(v4, port),
            _ => null,
        };
    }

    /// <exception cref="SocketException">The address is taken, or not of this machine.</exception>
    public Socket Listen()
    {
        if (Host is not null)
        {
            return Listen(new IPEndPoint(Host, Port), dual: false);
        }

        try
        {
            return Listen(new IPEndPoint(IPAddress.IPv6Any, Port), dual: true);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressFamilyNotSupported or SocketError.AddressNotAvailable)
        {
            // A node without IPv6.
            return Listen(new IPEndPoint(IPAddress.Any, Port), dual: false);
        }
    }

    public override string ToString() => Host is null ? $":{Port}" : new IPEndPoint(Host, Port).ToString();

    private static Socket Listen(IPEndPoint at, bool dual)
    {
        var socket = new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (dual)
            {
                socket.DualMode = true;
            }

            socket.Bind(at);
            socket.Listen(128);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
