using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Storage;
using BackupOperator.Archive.Storage.S3;
using BackupOperator.Archive.Tests.Support;
using BackupOperator.TestSupport.Faults;
using BackupOperator.TestSupport.Servers;

namespace BackupOperator.Archive.Tests.Faults;

/// <summary>A store behind a proxy that spoils what it is told to, before a real S3 gateway.</summary>
public abstract class FaultTest(RgwFixture rgw) : IAsyncLifetime
{
    private readonly TempFolder _temp = new();

    internal RealRgw Rgw => rgw.Rgw;

    internal FaultProxy Proxy { get; } = FaultProxy.Start(rgw.Rgw.Port);

    internal S3StoreOptions Options { get; private set; } = null!;

    internal string Credentials => Options.CredentialsFolder!;

    public async ValueTask InitializeAsync() => Options = await rgw.NewBucketAsync(_temp) with
    {
        Endpoint = Proxy.Endpoint,
        PartSize = 5 << 20,
        Retry = new RetryPolicy { FirstDelay = TimeSpan.FromMilliseconds(10), LongestDelay = TimeSpan.FromMilliseconds(100), Attempts = 6 },
    };

    public async ValueTask DisposeAsync()
    {
        await Proxy.DisposeAsync();
        _temp.Dispose();
        GC.SuppressFinalize(this);
    }

    protected string Folder(string name) => _temp.Sub(name);

    private protected static byte[] Content(int number, int size) => DataDirectory.Noise(new Random(number), size);

    /// <summary>Uploads parts of the store's size and a short one, joins them and reads them back.</summary>
    private protected static async Task UploadAsync(S3ObjectStore store, string key, int parts, bool createOnly = false)
    {
        var contents = Enumerable.Range(1, parts).Select(number => Content(number, number == parts ? 1000 : store.PartSize)).ToList();
        var id = await store.BeginUploadAsync(key);
        var sent = new List<StoredPart>();
        foreach (var (index, content) in contents.Index())
        {
            sent.Add(await SendAsync(store, key, id, index + 1, content));
        }

        var made = await store.CompleteUploadAsync(key, id, sent, createOnly);
        made.Size.ShouldBe(contents.Sum(content => (long)content.Length));
        await ShouldHoldAsync(store, key, [.. contents.SelectMany(content => content)]);
        (await store.ListPartsAsync(key, id)).ShouldBeNull();
    }

    private protected static Task<StoredPart> SendAsync(S3ObjectStore store, string key, string id, int number, byte[] content) =>
        store.UploadPartAsync(key, id, number, content, BlockDigest.Of(content).ToString());

    private protected static async Task ShouldHoldAsync(S3ObjectStore store, string key, byte[] content)
    {
        var back = new byte[content.Length];
        await store.ReadAsync(key, 0, back);
        back.AsSpan().SequenceEqual(content).ShouldBeTrue();
    }

    private protected int Count(Func<ProxiedRequest, bool> condition) => Proxy.Requests.Count(condition);
}
