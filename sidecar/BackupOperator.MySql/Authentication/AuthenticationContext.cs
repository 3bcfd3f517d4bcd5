using System.Text;

namespace BackupOperator.MySql.Authentication;

/// <summary>What a plugin works with.</summary>
/// <param name="password">The password.</param>
/// <param name="challenge">The server's random bytes; most plugins have a NUL after them.</param>
/// <param name="isConfidential">Whether nobody can listen: TLS, or a Unix socket.</param>
internal sealed class AuthenticationContext(string password, byte[] challenge, bool isConfidential)
{
    public byte[] Password { get; } = Encoding.UTF8.GetBytes(password);

    public bool IsConfidential => isConfidential;

    /// <summary>The password in the clear, as the plugins that send it do: with a NUL at its end.</summary>
    public byte[] TerminatedPassword => [.. Password, 0];

    /// <summary>The challenge, which a plugin needs in one length.</summary>
    /// <exception cref="MySqlProtocolException">The server's has another one.</exception>
    public byte[] RequireChallenge(int length) =>
        challenge.Length == length || (challenge.Length == length + 1 && challenge[^1] == 0)
        ? challenge[..length]
        : throw new MySqlProtocolException($"The server sent a challenge of {challenge.Length} bytes where {length} belong.");
}
