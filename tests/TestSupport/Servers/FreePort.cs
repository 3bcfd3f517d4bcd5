using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace BackupOperator.TestSupport.Servers;

/// <summary>Finds loopback ports that nobody listens on; none twice in a process.</summary>
public static class FreePort
{
    // Below those that the kernel gives to outgoing connections: one of them could take a port before its server does.
    private const int First = 20_000;
    private const int Last = 32_000;

    private static readonly ConcurrentDictionary<int, bool> Given = new();

    public static int Find()
    {
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(First, Last);
            if (Given.TryAdd(port, true) && IsFree(port))
            {
                return port;
            }
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
