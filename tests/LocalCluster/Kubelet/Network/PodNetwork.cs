using System.Net;
using System.Net.Sockets;

namespace BackupOperator.LocalCluster.Kubelet.Network;

/// <summary>
/// Loopback addresses 127.20.x.y for the nodes and pods of one cluster. Containers share the machine's network, so the
/// address is what tells the servers of two pods apart. Clusters beside each other on a machine have different x: a
/// cluster holds its x by a socket, which the kernel gives back however the cluster ends.
/// </summary>
public sealed class PodNetwork : IDisposable
{
    private const int FirstPod = 10;
    private const int LastPod = 250;

    private readonly Lock gate = new();
    private readonly Socket claim;
    private readonly int subnet;
    private readonly HashSet<int> used = [];
    private int next = FirstPod;
    private int nodes;

    private PodNetwork(Socket claim, int subnet)
    {
        this.claim = claim;
        this.subnet = subnet;
    }

    /// <exception cref="InvalidOperationException">256 clusters are running.</exception>
    public static PodNetwork Claim()
    {
        for (var number = 0; number < 256; number++)
        {
            // In the abstract namespace: no file stays behind, and no server that listens everywhere is in the way.
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                socket.Bind(new UnixDomainSocketEndPoint($"\0localcluster-127.20.{number}"));
                return new PodNetwork(socket, number);
            }
            catch (SocketException)
            {
                socket.Dispose();
            }
        }

        throw new InvalidOperationException("No free subnet in 127.20.0.0/16: 256 other LocalClusters are running.");
    }

    public string NextNode()
    {
        lock (gate)
        {
            return Address(++nodes);
        }
    }

    /// <exception cref="InvalidOperationException">Every address has a pod.</exception>
    public string RentPod()
    {
        lock (gate)
        {
            for (var tries = FirstPod; tries <= LastPod; tries++)
            {
                var candidate = next;
                next = next == LastPod ? FirstPod : next + 1;
                if (used.Add(candidate))
                {
                    return Address(candidate);
                }
            }
        }

        throw new InvalidOperationException("No free pod address: the cluster has too many pods.");
    }

    public void Return(string address)
    {
        lock (gate)
        {
            used.Remove(IPAddress.Parse(address).GetAddressBytes()[3]);
        }
    }

    public void Dispose() => claim.Dispose();

    private string Address(int host) => $"127.20.{subnet}.{host}";
}
