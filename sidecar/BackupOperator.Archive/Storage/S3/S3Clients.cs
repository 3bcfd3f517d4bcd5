using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Amazon.Runtime;
using Amazon.S3;

namespace BackupOperator.Archive.Storage.S3;

/// <summary>Makes the SDK's client as the options want it.</summary>
internal static class S3Clients
{
    /// <summary>The client does not sign: its requests pass the <see cref="SigningHandler"/> that all others pass too.</summary>
    public static AmazonS3Client Create(AmazonS3Config config, HttpClient http)
    {
        config.HttpClientFactory = new ClientFactory(http);
        return new AmazonS3Client(new AnonymousAWSCredentials(), config);
    }

    public static AmazonS3Config Configure(S3StoreOptions options)
    {
        var isAws = options.Endpoint is null;
        var config = new AmazonS3Config
        {
            ForcePathStyle = options.ForcePathStyle,
            MaxErrorRetry = 0,

            // Each request has a limit of its own.
            Timeout = Timeout.InfiniteTimeSpan,

            // Other stores than AWS do not know the SDK's default checksums, and answer with errors or corrupt objects; and
            // AWS would want them with every part then.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (isAws)
        {
            config.RegionEndpoint = options.Region is { } region ? Amazon.RegionEndpoint.GetBySystemName(region) : config.RegionEndpoint;
        }
        else
        {
            config.ServiceURL = options.Endpoint;
            config.AuthenticationRegion = options.Region ?? "us-east-1";
        }

        return config;
    }

    /// <exception cref="StorageException">The file of authorities cannot be read.</exception>
    public static HttpMessageHandler CreateHandler(S3StoreOptions options)
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

        return handler;
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
