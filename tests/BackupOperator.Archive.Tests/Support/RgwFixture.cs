using BackupOperator.Archive.Storage.S3;
using BackupOperator.TestSupport.Servers;

namespace BackupOperator.Archive.Tests.Support;

/// <summary>One real S3 gateway for all tests, and a bucket for each store.</summary>
public sealed class RgwFixture : IAsyncLifetime
{
    private int _buckets;

    internal RealRgw Rgw { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Rgw = await RealRgw.StartAsync();

    public ValueTask DisposeAsync() => Rgw.DisposeAsync();

    internal async Task<S3StoreOptions> NewBucketAsync(TempFolder temp)
    {
        var bucket = $"bucket-{Interlocked.Increment(ref _buckets)}";
        await Rgw.CreateBucketAsync(bucket);
        var credentials = temp.Sub("credentials");
        File.WriteAllText(Path.Combine(credentials, "accessKeyId"), Rgw.AccessKey);
        File.WriteAllText(Path.Combine(credentials, "secretAccessKey"), Rgw.SecretKey);
        return new S3StoreOptions
        {
            Bucket = bucket,
            Prefix = "some/prefix",
            Endpoint = Rgw.Endpoint,
            ForcePathStyle = true,
            CredentialsFolder = credentials,
        };
    }

    internal async Task<S3ObjectStore> OpenAsync(TempFolder temp) => new(await NewBucketAsync(temp));
}
