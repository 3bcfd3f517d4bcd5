using System.Net.Sockets;
using BackupOperator.MySql;

namespace BackupOperator.Targets;

/// <summary>Speaks to the server in a pod, without an account.</summary>
internal sealed class ServerProbe(TimeProvider time) : IServerProbe
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    public async Task<ServerAnswer> AskAsync(string host, int port, CancellationToken cancellationToken)
    {
        try
        {
            await MySqlSession.GreetAsync(host, port, Limit, time, cancellationToken);
            return ServerAnswer.Alive;
        }
        catch (MySqlException)
        {
            // Too many connections, host blocked: a server that is there.
            return ServerAnswer.Alive;
        }
        catch (MySqlConnectionException e) when (!e.IsTimeout && IsRefusal(e))
        {
            return ServerAnswer.Refused;
        }
        catch (MySqlConnectionException)
        {
            return ServerAnswer.Silent;
        }
        catch (MySqlProtocolException)
        {
            return ServerAnswer.Refused;
        }
    }

    public async Task<string?> VersionAsync(V1Pod pod, int port, CancellationToken cancellationToken)
    {
        if (pod.Status?.PodIP is not { Length: > 0 } address)
        {
            return null;
        }

        try
        {
            var greeting = await MySqlSession.GreetAsync(address, port, Limit, time, cancellationToken);
            return $"{greeting.Flavour.ToString().ToLowerInvariant()}-{greeting.Version.Split('-')[0]}";
        }
        catch (MySqlClientException)
        {
            return null;
        }
    }

    private static bool IsRefusal(Exception? e) => e is not null
        && (e is SocketException { SocketErrorCode: SocketError.ConnectionRefused or SocketError.ConnectionReset } || IsRefusal(e.InnerException));
}
