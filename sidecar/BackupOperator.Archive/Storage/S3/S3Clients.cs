using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Amazon.Runtime;
using Amazon.S3;

namespace BackupOperator.Archive.Storage.S3;

/// <summary>Makes the SDK's client as the options want it.</summary>
internal static class S3Clients
{
    public static AmazonS3Client Create(S3StoreOptions options)
    {
        var isAws = options.Endpoint is null;
        var config = new AmazonS3Config
        {
            ForcePathStyle = options.ForcePathStyle,
            MaxErrorRetry = 0,
            Timeout = options.RequestTimeout,
            HttpClientFactory = new ClientFactory(options),
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

    private sealed class ClientFactory(S3StoreOptions options) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig)
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
                var authorities = new X509Certificate2Collection();
                authorities.ImportFromPemFile(file);
                handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    RevocationMode = X509RevocationMode.NoCheck,
                };
                handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
            }

            return new HttpClient(handler) { Timeout = options.RequestTimeout };
        }

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;
    }
}
