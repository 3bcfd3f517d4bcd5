using System.Security.Cryptography;

namespace BackupOperator.MySql.Authentication;

/// <summary>
/// <c>mysql_native_password</c>: SHA1(password) XOR SHA1(challenge + SHA1(SHA1(password))).
/// Source: https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_authentication_methods_native_password_authentication.html.
/// </summary>
internal sealed class NativePasswordPlugin : IAuthenticationPlugin
{
    public const string Name = "mysql_native_password";

    public ReadOnlyMemory<byte> Begin(AuthenticationContext context)
    {
        if (context.Password.Length == 0)
        {
            return ReadOnlyMemory<byte>.Empty;
        }

        var once = SHA1.HashData(context.Password);
        var scramble = SHA1.HashData([.. context.RequireChallenge(Scramble.ChallengeLength), .. SHA1.HashData(once)]);
        return Scramble.Xor(once, scramble);
    }

    public ReadOnlyMemory<byte>? Continue(AuthenticationContext context, ReadOnlySpan<byte> data) =>
        throw new MySqlProtocolException($"The server went on with {Name}, which ends with its first answer.");
}
