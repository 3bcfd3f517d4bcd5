namespace BackupOperator.MySql.Authentication;

/// <summary>
/// <c>mysql_clear_password</c>: the password as it is, for servers that hand it on (LDAP, PAM). Only where nobody can listen.
/// Source: https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_authentication_methods_clear_text_password.html.
/// </summary>
internal sealed class ClearPasswordPlugin : IAuthenticationPlugin
{
    public const string Name = "mysql_clear_password";

    public ReadOnlyMemory<byte> Begin(AuthenticationContext context) => context.IsConfidential
        ? context.TerminatedPassword
        : throw new MySqlAuthenticationException(
            "The server asked for the password in the clear, and the connection has no TLS. Set the TLS mode to Required or stricter.");

    public ReadOnlyMemory<byte>? Continue(AuthenticationContext context, ReadOnlySpan<byte> data) =>
        throw new MySqlProtocolException($"The server went on with {Name}, which ends with its first answer.");
}
