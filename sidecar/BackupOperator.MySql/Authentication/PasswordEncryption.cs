using System.Security.Cryptography;
using System.Text;

namespace BackupOperator.MySql.Authentication;

/// <summary>
/// Sends the password so that only the owner of an RSA key reads it: RSA-OAEP (SHA-1) of the terminated password XOR
/// the challenge. Whoever can stand between client and server can send a key of their own: TLS with a verified
/// certificate is what keeps them out.
/// Source: https://dev.mysql.com/doc/dev/mysql-server/latest/page_caching_sha2_authentication_exchanges.html.
/// </summary>
internal static class PasswordEncryption
{
    private const int MinKeyBits = 1024;

    public static byte[] Encrypt(AuthenticationContext context, ReadOnlySpan<byte> publicKey)
    {
        var scrambled = Scramble.Xor(context.TerminatedPassword, context.RequireChallenge(Scramble.ChallengeLength));
        try
        {
            using var rsa = RSA.Create();
            rsa.ImportFromPem(Encoding.ASCII.GetString(publicKey));
            if (rsa.KeySize < MinKeyBits)
            {
                throw new MySqlAuthenticationException($"The server's RSA key has {rsa.KeySize} bits: too few to protect the password. Use TLS.");
            }

            return rsa.Encrypt(scrambled, RSAEncryptionPadding.OaepSHA1);
        }
        catch (Exception problem) when (problem is ArgumentException or CryptographicException)
        {
            throw new MySqlProtocolException("The server's RSA key for the password is unusable.", problem);
        }
    }
}
