namespace BackupOperator.MySql.Authentication;

/// <summary>
/// MariaDB's <c>client_ed25519</c>: the challenge signed with the key that the password stands for.
/// Source: https://mariadb.com/kb/en/authentication-plugin-ed25519/ (the password takes the place of the seed).
/// </summary>
internal sealed class Ed25519Plugin : IAuthenticationPlugin
{
    public const string Name = "client_ed25519";
    private const int ChallengeLength = 32;

    public ReadOnlyMemory<byte> Begin(AuthenticationContext context) =>
        Ed25519.Sign(context.RequireChallenge(ChallengeLength), context.Password);

    public ReadOnlyMemory<byte>? Continue(AuthenticationContext context, ReadOnlySpan<byte> data) =>
        throw new MySqlProtocolException($"The server went on with {Name}, which ends with its first answer.");
}
