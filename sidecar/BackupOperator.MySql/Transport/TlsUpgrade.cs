using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace BackupOperator.MySql.Transport;

/// <summary>Puts TLS on a connection.</summary>
internal static class TlsUpgrade
{
    /// <summary>Whether to upgrade.</summary>
    /// <exception cref="MySqlAuthenticationException">TLS is demanded and the server has none.</exception>
    public static bool IsWanted(MySqlConnectionOptions options, bool serverSupportsTls) => options.Tls switch
    {
        MySqlTlsMode.Disabled => false,
        MySqlTlsMode.Preferred => serverSupportsTls && !ServerEndPoint.IsUnixSocket(options.Host),
        _ when serverSupportsTls => true,
        _ => throw new MySqlAuthenticationException(
            $"MySQL at {options.Server} offers no TLS, and the TLS mode is {options.Tls}. Give the server a certificate, or set the mode to Preferred."),
    };

    /// <summary>The authorities of <see cref="MySqlConnectionOptions.CaFile"/>; null for the system's.</summary>
    /// <exception cref="MySqlAuthenticationException">The file cannot be read, or holds no certificate.</exception>
    public static X509Certificate2Collection? ReadAuthorities(MySqlConnectionOptions options)
    {
        if (options.CaFile is null || options.Tls is not (MySqlTlsMode.VerifyCa or MySqlTlsMode.VerifyFull))
        {
            return null;
        }

        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(options.CaFile);
            return authorities.Count > 0
                ? authorities
                : throw new MySqlAuthenticationException($"The CA file {options.CaFile} holds no certificate in PEM form.");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new MySqlAuthenticationException($"The CA file {options.CaFile} cannot be read: {problem.Message}", problem);
        }
    }

    /// <exception cref="AuthenticationException">The handshake failed; the message says what is wrong with the certificate.</exception>
    public static async Task<SslStream> UpgradeAsync(
        Stream stream, MySqlConnectionOptions options, X509Certificate2Collection? authorities, CancellationToken cancellationToken)
    {
        string? refusal = null;
        var tls = new SslStream(stream, leaveInnerStreamOpen: false);
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck };
        if (authorities is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(authorities);
        }

        try
        {
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = options.TlsName ?? (ServerEndPoint.IsUnixSocket(options.Host) ? "localhost" : options.Host),
                    CertificateChainPolicy = policy,
                    RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                    {
                        refusal = Refusal(options.Tls, certificate, chain, errors);
                        return refusal is null;
                    },
                },
                cancellationToken);
            return tls;
        }
        catch (AuthenticationException problem) when (refusal is not null)
        {
            await tls.DisposeAsync();
            throw new AuthenticationException(refusal, problem);
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }
    }

    private static string? Refusal(MySqlTlsMode mode, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (mode is MySqlTlsMode.Preferred or MySqlTlsMode.Required)
        {
            return null;
        }

        if (certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
        {
            return "the server showed no certificate";
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            var causes = string.Join(", ", chain?.ChainStatus.Select(status => status.StatusInformation.Trim()) ?? []);
            return $"the certificate of {certificate.Subject} is not trusted: {causes}";
        }

        return mode == MySqlTlsMode.VerifyFull && errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)
            ? $"the certificate of {certificate.Subject} does not name the host"
            : null;
    }
}
