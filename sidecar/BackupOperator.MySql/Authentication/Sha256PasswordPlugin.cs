namespace BackupOperator.MySql.Authentication;

/// <summary>
/// <c>sha256_password</c>: the password itself, protected by TLS or RSA.
/// Source: https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_authentication_methods_sha256_password_authentication.html.
/// </summary>
internal sealed class Sha256PasswordPlugin : IAuthenticationPlugin
{
    public const string Name = "sha256_password";
    private const byte RequestPublicKey = 1;
    private const byte NoPassword = 0;

    private bool _keyRequested;

    public ReadOnlyMemory<byte> Begin(AuthenticationContext context)
    {
        if (context.Password.Length == 0)
        {
            return new[] { NoPassword };
        }

        if (context.IsConfidential)
        {
            return context.TerminatedPassword;
        }

        _keyRequested = true;
        return new[] { RequestPublicKey };
    }

    public ReadOnlyMemory<byte>? Continue(AuthenticationContext context, ReadOnlySpan<byte> data)
    {
        if (!_keyRequested)
        {
            throw new MySqlProtocolException($"The server went on with {Name} in a way that does not exist.");
        }

        _keyRequested = false;
        return PasswordEncryption.Encrypt(context, data);
    }
}
