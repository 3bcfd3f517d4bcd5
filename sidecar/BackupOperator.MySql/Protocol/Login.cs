using System.Security.Cryptography.X509Certificates;
using BackupOperator.MySql.Authentication;
using BackupOperator.MySql.Protocol.Payloads;
using BackupOperator.MySql.Protocol.Serialization;
using BackupOperator.MySql.Transport;

namespace BackupOperator.MySql.Protocol;

/// <summary>
/// The connection phase: greeting, TLS, authentication.
/// Source: https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase.html.
/// </summary>
internal static class Login
{
    /// <summary>Reads the greeting.</summary>
    /// <exception cref="MySqlException">The server refuses this client at the door, such as for too many connections.</exception>
    public static async Task<InitialHandshakePayload> ReadGreetingAsync(PacketStream packets, string server, CancellationToken cancellationToken)
    {
        var payload = await packets.ReadAsync(cancellationToken);
        return ErrorPayload.Is(payload)
            ? throw ErrorPayload.Parse(payload).ToException(server)
            : InitialHandshakePayload.Parse(payload);
    }

    /// <summary>Connects and logs in.</summary>
    public static async Task<LoggedIn> RunAsync(
        MySqlConnectionOptions options, X509Certificate2Collection? authorities, CancellationToken cancellationToken)
    {
        var packets = new PacketStream(await ServerEndPoint.ConnectAsync(options.Host, options.Port, cancellationToken));
        try
        {
            var handshake = await ReadGreetingAsync(packets, options.Server, cancellationToken);
            var tls = TlsUpgrade.IsWanted(options, handshake.Capabilities.HasFlag(Capabilities.Tls));
            var capabilities = HandshakeResponsePayload.Negotiate(handshake.Capabilities, tls, options.Database is not null);
            if (tls)
            {
                packets = await UpgradeAsync(packets, options, capabilities, authorities, cancellationToken);
            }

            await AuthenticateAsync(packets, options, handshake, capabilities, cancellationToken);
            packets.MaxPayload = ProtocolLimits.MaxPayload;
            return new LoggedIn(packets, handshake.Greeting, capabilities, tls);
        }
        catch
        {
            await packets.DisposeAsync();
            throw;
        }
    }

    private static async Task<PacketStream> UpgradeAsync(
        PacketStream packets, MySqlConnectionOptions options, Capabilities capabilities, X509Certificate2Collection? authorities, CancellationToken cancellationToken)
    {
        // What came in the clear before TLS began must not be taken for a part of it.
        if (packets.Buffered > 0)
        {
            throw new MySqlProtocolException("The server sent more than its greeting before TLS began.");
        }

        await packets.WriteAsync(TlsRequestPayload.Write(capabilities).Payload, cancellationToken);
        var stream = await TlsUpgrade.UpgradeAsync(packets.Stream, options, authorities, cancellationToken);
        return new PacketStream(stream) { Sequence = packets.Sequence };
    }

    private static async Task AuthenticateAsync(
        PacketStream packets, MySqlConnectionOptions options, InitialHandshakePayload handshake, Capabilities capabilities, CancellationToken cancellationToken)
    {
        var confidential = capabilities.HasFlag(Capabilities.Tls) || ServerEndPoint.IsUnixSocket(options.Host);
        var name = AuthenticationPlugins.Initial(handshake.AuthenticationPlugin);
        var plugin = AuthenticationPlugins.Create(name);
        var context = new AuthenticationContext(options.Password, handshake.Challenge, confidential);
        var response = HandshakeResponsePayload.Write(capabilities, options.User, plugin.Begin(context).Span, options.Database, name);
        await packets.WriteAsync(response, cancellationToken);

        for (var round = 0; round < ProtocolLimits.MaxLoginRounds; round++)
        {
            var payload = await packets.ReadAsync(cancellationToken);
            switch (payload)
            {
                case [OkPayload.Header, ..]:
                    return;
                case [ErrorPayload.Header, ..]:
                    throw ErrorPayload.Parse(payload).ToException(options.Server);
                case [AuthenticationSwitchPayload.Header, ..]:
                    var wanted = AuthenticationSwitchPayload.Parse(payload);
                    plugin = AuthenticationPlugins.Create(wanted.Plugin);
                    context = new AuthenticationContext(options.Password, wanted.Challenge, confidential);
                    await packets.WriteAsync(plugin.Begin(context), cancellationToken);
                    break;
                case [AuthenticationMoreDataPayload.Header, ..]:
                    if (plugin.Continue(context, AuthenticationMoreDataPayload.Parse(payload)) is { } answer)
                    {
                        await packets.WriteAsync(answer, cancellationToken);
                    }

                    break;
                default:
                    throw new MySqlProtocolException("The server answered the login with a packet that does not belong there.");
            }
        }

        throw new MySqlProtocolException("The server does not come to an end with the login.");
    }
}
