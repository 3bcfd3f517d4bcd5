using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Amazon.Runtime;
using Amazon.S3;

namespace BackupOperator.Archive.Storage.S3;

/// <summary>Makes the SDK's client as the options want it.</summary>
internal static class S3Clients
{
    public static AmazonS3Client Create(S3StoreOptions options, HttpClient http)
    {
        var isAws = options.Endpoint is null;
        var config = new AmazonS3Config
        {
            ForcePathStyle = options.ForcePathStyle,
            MaxErrorRetry = 0,
            Timeout = options.RequestTimeout,
            HttpClientFactory = new ClientFactory(http),
        };
        if (isAws)
        {
            config.RegionEndpoint = options.Region is { } region ? Amazon.RegionEndpoint.GetBySystemName(region) : config.RegionEndpoint;
        }
        else
        {
            config.ServiceURL = options.Endpoint;
            config.AuthenticationRegion = options.Region ?? "us-east-1";

            // Other stores than AWS do not know the SDK's default checksums, and answer with errors or corrupt objects.
            config.RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED;
            config.ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED;
        }

        return options.CredentialsFolder is { } folder
            ? new AmazonS3Client(new FileCredentials(folder), config)
            : new AmazonS3Client(config);
    }

    /// <exception cref="StorageException">The file of authorities cannot be read.</exception>
    public static HttpClient CreateHttp(S3StoreOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            MaxConnectionsPerServer = 64,
            AllowAutoRedirect = false,
            UseProxy = true,
        };
        if (options.InsecureSkipVerify)
        {
#pragma warning disable CA5359 // The user asked for it by name.
            handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (options.CaFile is { } file)
        {
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(Authorities(file));
        }

        return new HttpClient(handler) { Timeout = options.RequestTimeout };
    }

    private static X509Certificate2Collection Authorities(string file)
    {
        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(file);
            return authorities.Count > 0
                ? authorities
                : throw new StorageException(StorageFailure.Refused, $"{file} holds no certificate in PEM form. Correct the Secret that caSecretRef names.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            throw new StorageException(StorageFailure.Refused, $"The certificates in {file} cannot be read: {error.Message} Correct the Secret that caSecretRef names.", error);
        }
    }

    // One client for the life of the store: the SDK would make, and throw away, one for each request.
    private sealed class ClientFactory(HttpClient client) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => client;

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

        public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;
    }
}
