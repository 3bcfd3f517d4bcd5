using System.Security.Cryptography;

namespace BackupOperator.MySql.Authentication;

/// <summary>
/// <c>caching_sha2_password</c>: SHA256(password) XOR SHA256(SHA256(SHA256(password)) + challenge) while the server
/// remembers the account's hash, and the password itself, protected by TLS or RSA, when it does not.
/// Source: https://dev.mysql.com/doc/dev/mysql-server/latest/page_caching_sha2_authentication_exchanges.html.
/// </summary>
internal sealed class CachingSha2PasswordPlugin : IAuthenticationPlugin
{
    public const string Name = "caching_sha2_password";
    private const byte RequestPublicKey = 2;
    private const byte FastSuccess = 3;
    private const byte FullAuthentication = 4;

    private State _state = State.Scrambled;

    private enum State
    {
        Scrambled,
        KeyRequested,
        Done,
    }

    public ReadOnlyMemory<byte> Begin(AuthenticationContext context)
    {
        if (context.Password.Length == 0)
        {
            // The server takes an empty answer at its word: there is nothing to go on with.
            _state = State.Done;
            return ReadOnlyMemory<byte>.Empty;
        }

        var once = SHA256.HashData(context.Password);
        var scramble = SHA256.HashData([.. SHA256.HashData(once), .. context.RequireChallenge(Scramble.ChallengeLength)]);
        return Scramble.Xor(once, scramble);
    }

    public ReadOnlyMemory<byte>? Continue(AuthenticationContext context, ReadOnlySpan<byte> data)
    {
        if (_state == State.KeyRequested)
        {
            _state = State.Done;
            return PasswordEncryption.Encrypt(context, data);
        }

        if (_state == State.Scrambled && data is [FastSuccess])
        {
            _state = State.Done;
            return null;
        }

        if (_state == State.Scrambled && data is [FullAuthentication])
        {
            _state = context.IsConfidential ? State.Done : State.KeyRequested;
            return context.IsConfidential ? context.TerminatedPassword : new[] { RequestPublicKey };
        }

        throw new MySqlProtocolException($"The server went on with {Name} in a way that does not exist.");
    }
}
