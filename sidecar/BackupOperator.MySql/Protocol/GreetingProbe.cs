using BackupOperator.MySql.Authentication;
using BackupOperator.MySql.Protocol.Payloads;
using BackupOperator.MySql.Protocol.Serialization;
using BackupOperator.MySql.Transport;

namespace BackupOperator.MySql.Protocol;

/// <summary>
/// Reads a server's greeting without an account. It then lets the server refuse a login: a client that hangs up after
/// the greeting, or says COM_QUIT, counts as a connection error of its host, and after <c>max_connect_errors</c> of
/// them (100) the server blocks every client there; a refused login does not count.
/// (Seen in performance_schema.host_cache of MySQL 9.7 and MariaDB 10.11.)
/// </summary>
internal static class GreetingProbe
{
    private const string NobodysUser = "mysql-backup-operator";
    private const int MaxRounds = 3;
    private static readonly TimeSpan FarewellLimit = TimeSpan.FromSeconds(2);

    public static async Task<ServerGreeting> RunAsync(string host, int port, TimeProvider time, CancellationToken cancellationToken)
    {
        await using var packets = new PacketStream(await ServerEndPoint.ConnectAsync(host, port, cancellationToken));
        var handshake = await Login.ReadGreetingAsync(packets, ServerEndPoint.Name(host, port), cancellationToken);
        using var limit = new CancellationTokenSource(FarewellLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await SayGoodbyeAsync(packets, handshake, either.Token);
        }
        catch (Exception problem) when (problem is IOException or MySqlClientException or OperationCanceledException)
        {
            // The greeting is what was asked for, and it is there.
        }

        return handshake.Greeting;
    }

    private static async Task SayGoodbyeAsync(PacketStream packets, InitialHandshakePayload handshake, CancellationToken cancellationToken)
    {
        var capabilities = HandshakeResponsePayload.Negotiate(handshake.Capabilities, tls: false, database: false);
        var plugin = AuthenticationPlugins.Initial(handshake.AuthenticationPlugin);
        await packets.WriteAsync(HandshakeResponsePayload.Write(capabilities, NobodysUser, [], null, plugin), cancellationToken);
        for (var round = 0; round < MaxRounds; round++)
        {
            switch (await packets.ReadAsync(cancellationToken))
            {
                case [AuthenticationSwitchPayload.Header, ..]:
                    await packets.WriteAsync(ReadOnlyMemory<byte>.Empty, cancellationToken);
                    break;
                case [OkPayload.Header, ..]:
                    // An account for anybody let us in.
                    packets.BeginCommand();
                    await packets.WriteAsync(CommandPayload.Quit, cancellationToken);
                    return;
                default:
                    return;
            }
        }
    }
}
