using System.Diagnostics;
using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Storage;
using BackupOperator.Archive.Storage.S3;
using BackupOperator.Archive.Tests.Support;
using BackupOperator.TestSupport.Faults;
using BackupOperator.TestSupport.Servers;

namespace BackupOperator.Archive.Tests;

/// <summary>A real S3 gateway, and one with faults before it.</summary>
public sealed class S3StoreTests(RgwFixture rgw) : IAsyncLifetime
{
    private readonly TempFolder _temp = new();
    private S3StoreOptions _options = null!;

    public async ValueTask InitializeAsync() =>
        _options = await rgw.NewBucketAsync(_temp) with { Retry = new RetryPolicy { FirstDelay = TimeSpan.FromMilliseconds(20), Attempts = 5 } };

    public ValueTask DisposeAsync()
    {
        _temp.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task The_probe_leaves_nothing_behind()
    {
        await using var store = new S3ObjectStore(_options);
        await StoreProbe.RunAsync(store, "ns/one");
        (await Backups.KeysAsync(store)).ShouldBeEmpty();
        await ShouldHaveNoUploadsAsync(store);
    }

    [Fact]
    public async Task A_wrong_secret_is_refused_at_once() => await RefusedAsync(StorageFailure.Refused, "does not accept the credentials", credentials => File.WriteAllText(Path.Combine(credentials, "secretAccessKey"), "wrong"));

    [Fact]
    public async Task A_wrong_key_is_refused_at_once() => await RefusedAsync(StorageFailure.Refused, "InvalidAccessKeyId", credentials => File.WriteAllText(Path.Combine(credentials, "accessKeyId"), "wrong"));

    [Fact]
    public async Task A_missing_or_empty_credential_is_refused_by_its_name()
    {
        await RefusedAsync(StorageFailure.Refused, "secretAccessKey is empty", credentials => File.WriteAllText(Path.Combine(credentials, "secretAccessKey"), " \n"));
        await RefusedAsync(StorageFailure.Refused, "credentialsSecretRef", credentials => File.Delete(Path.Combine(credentials, "secretAccessKey")));
    }

    [Fact]
    public async Task A_pod_without_an_identity_is_told_so()
    {
        // The SDK would look for a machine's role in the network.
        Environment.SetEnvironmentVariable("AWS_EC2_METADATA_DISABLED", "true");
        var error = await FailAsync(_options with { CredentialsFolder = null });
        error.Failure.ShouldBe(StorageFailure.Refused);
        error.Message.ShouldContain("there are no credentials");
        error.Message.ShouldContain("credentialsSecretRef");
    }

    [Fact]
    public async Task A_missing_bucket_is_told_apart() =>
        (await FailAsync(_options with { Bucket = "nobodys-bucket" })).Failure.ShouldBe(StorageFailure.BucketNotFound);

    [Fact]
    public async Task A_bucket_of_somebody_else_is_refused()
    {
        await rgw.Rgw.AdminAsync("user", "create", "--uid=other", "--display-name=other", "--access-key=otherkey", "--secret-key=othersecret");
        File.WriteAllText(Path.Combine(_options.CredentialsFolder!, "accessKeyId"), "otherkey");
        File.WriteAllText(Path.Combine(_options.CredentialsFolder!, "secretAccessKey"), "othersecret");
        (await FailAsync(_options)).Message.ShouldContain("refuses it (AccessDenied)");
    }

    [Fact]
    public async Task A_quota_that_is_used_up_is_full()
    {
        await rgw.Rgw.AdminAsync("user", "create", "--uid=poor", "--display-name=poor", "--access-key=poorkey", "--secret-key=poorsecret");
        await rgw.Rgw.AdminAsync("quota", "set", "--quota-scope=user", "--uid=poor", "--max-size=1M");
        await rgw.Rgw.AdminAsync("quota", "enable", "--quota-scope=user", "--uid=poor");
        await S3Request.SendAsync(HttpMethod.Put, new Uri($"{rgw.Rgw.Endpoint}/poor-bucket"), "poorkey", "poorsecret");
        File.WriteAllText(Path.Combine(_options.CredentialsFolder!, "accessKeyId"), "poorkey");
        File.WriteAllText(Path.Combine(_options.CredentialsFolder!, "secretAccessKey"), "poorsecret");
        var source = _temp.Sub("source");
        DataDirectory.Write(Path.Combine(source, "ibdata1"), DataDirectory.Noise(new Random(1), 20 << 20));
        await using var store = new S3ObjectStore(_options with { Bucket = "poor-bucket", PartSize = 5 << 20 });
        var error = await Should.ThrowAsync<StorageException>(() => Backups.WriteAsync(store, source));
        error.Failure.ShouldBe(StorageFailure.Full);
        error.Message.ShouldContain("poor-bucket");
    }

    [Fact]
    public async Task A_gateway_that_is_not_there_is_unavailable()
    {
        var error = await FailAsync(_options with { Endpoint = $"http://127.0.0.1:{FreePort.Find()}" });
        error.Failure.ShouldBe(StorageFailure.Unavailable);
        error.Message.ShouldContain("Connection refused");
        error.Message.ShouldContain("Check the endpoint");
    }

    [Fact]
    public async Task A_certificate_is_trusted_when_its_authority_is_named()
    {
        await using var gateway = FaultProxy.Start(rgw.Rgw.Port, tls: true);
        var options = _options with { Endpoint = gateway.Endpoint };
        var error = await FailAsync(options);
        error.Failure.ShouldBe(StorageFailure.Refused);
        error.Message.ShouldContain("caSecretRef");

        await using (var careless = new S3ObjectStore(options with { InsecureSkipVerify = true }))
        {
            await StoreProbe.RunAsync(careless, "x");
        }

        var ca = Path.Combine(_temp.Path, "ca.crt");
        await File.WriteAllTextAsync(ca, gateway.Certificate);
        await using var careful = new S3ObjectStore(options with { CaFile = ca });
        await StoreProbe.RunAsync(careful, "x");
        await UploadAsync(careful, "big", 3);

        await File.WriteAllTextAsync(ca, "no certificate");
        Should.Throw<StorageException>(() => new S3ObjectStore(options with { CaFile = ca })).Message.ShouldContain("caSecretRef");
        Should.Throw<StorageException>(() => new S3ObjectStore(options with { CaFile = ca + ".missing" })).Failure.ShouldBe(StorageFailure.Refused);
    }

    [Fact]
    public async Task An_object_that_is_to_be_new_is_never_replaced()
    {
        await using var store = new S3ObjectStore(_options);
        await store.PutAsync("once", new byte[] { 1 }, PutMode.CreateOnly);
        (await Should.ThrowAsync<StorageException>(() => store.PutAsync("once", new byte[] { 2 }, PutMode.CreateOnly))).Failure.ShouldBe(StorageFailure.AlreadyExists);
        var back = new byte[1];
        await store.ReadAsync("once", 0, back);
        back.ShouldBe([1]);
        await store.PutAsync("once", new byte[] { 3 });
    }

    [Fact]
    public async Task An_object_may_be_larger_than_any_answer()
    {
        await using var store = new S3ObjectStore(_options);
        await UploadAsync(store, "large", 6);
        var found = (await store.FindAsync("large")).ShouldNotBeNull();
        found.Size.ShouldBeGreaterThan(64 << 20);
        var end = new byte[1000];
        await store.ReadAsync("large", found.Size - end.Length, end);
        end.ShouldBe(DataDirectory.Noise(new Random(6), 1000));
    }

    [Fact]
    public async Task Connections_are_used_again()
    {
        await using var gateway = FaultProxy.Start(rgw.Rgw.Port);
        await using var store = new S3ObjectStore(_options with { Endpoint = gateway.Endpoint });
        for (var i = 0; i < 20; i++)
        {
            await store.FindAsync($"x{i}");
        }

        gateway.Connections.ShouldBe(1);
    }

    [Fact]
    public async Task Credentials_that_are_rotated_are_used_from_then_on()
    {
        await using var store = new S3ObjectStore(_options);
        await store.PutAsync("a", new byte[1]);
        File.WriteAllText(Path.Combine(_options.CredentialsFolder!, "secretAccessKey"), "old");
        await Should.ThrowAsync<StorageException>(() => store.PutAsync("a", new byte[1]));
        File.WriteAllText(Path.Combine(_options.CredentialsFolder!, "secretAccessKey"), rgw.Rgw.SecretKey + "\n");
        await store.PutAsync("a", new byte[1]);
    }

    [Fact]
    public async Task Nothing_takes_the_place_of_parts_that_were_never_uploaded()
    {
        await using var store = new S3ObjectStore(_options with { PartSize = 5 << 20 });
        await StoreContract.GapsAsync(store, 5 << 20);
    }

    [Fact]
    public async Task A_part_that_arrives_with_other_bytes_is_refused_by_the_store()
    {
        await using var store = new S3ObjectStore(_options);
        var id = await store.BeginUploadAsync("x");
        await Should.ThrowAsync<StorageException>(() => store.UploadPartAsync("x", id, 1, new byte[100], new string('0', 32)));
        (await store.ListPartsAsync("x", id)).ShouldNotBeNull().ShouldBeEmpty();
        await store.AbortUploadAsync("x", id);
        await store.AbortUploadAsync("x", id);
        (await store.ListPartsAsync("x", id)).ShouldBeNull();
    }

    [Fact]
    public async Task A_part_that_nobody_vouches_for_costs_its_pack_and_not_the_backup()
    {
        var source = _temp.Sub("source");
        DataDirectory.Write(Path.Combine(source, "ibdata1"), DataDirectory.Noise(new Random(1), 24 << 20));
        await using var store = new S3ObjectStore(_options with { PartSize = 5 << 20 });
        await Record.ExceptionAsync(() => Backups.WriteAsync(new DyingStore(store, 9, afterwards: false), source));
        await foreach (var upload in store.ListUploadsAsync(""))
        {
            var content = new byte[5 << 20];
            await store.UploadPartAsync(upload.Key, upload.UploadId, 9, content, BlockDigest.Of(content).ToString());
        }

        var summary = await Backups.WriteAsync(store, source);
        await Backups.VerifyAsync(store, Reading.VerificationLevel.ReadBack, summary.ManifestDigest);
        await ShouldHaveNoUploadsAsync(store);
    }

    private static async Task UploadAsync(S3ObjectStore store, string key, int parts, bool createOnly = false)
    {
        var id = await store.BeginUploadAsync(key);
        var sent = new List<StoredPart>();
        for (var number = 1; number <= parts; number++)
        {
            var content = DataDirectory.Noise(new Random(number), number == parts ? 1000 : store.PartSize);
            sent.Add(await store.UploadPartAsync(key, id, number, content, BlockDigest.Of(content).ToString()));
        }

        var made = await store.CompleteUploadAsync(key, id, sent, createOnly);
        made.Size.ShouldBe(((parts - 1L) * store.PartSize) + 1000);
    }

    private static async Task ShouldHaveNoUploadsAsync(S3ObjectStore store)
    {
        await foreach (var upload in store.ListUploadsAsync(""))
        {
            Assert.Fail($"{upload.Key} is still being uploaded");
        }
    }

    private static async Task<StorageException> FailAsync(S3StoreOptions options)
    {
        await using var store = new S3ObjectStore(options);
        var error = await Should.ThrowAsync<StorageException>(() => StoreProbe.RunAsync(store, "x"));
        error.Message.ShouldNotContain("othersecret");
        error.Message.ShouldNotContain(File.Exists(Path.Combine(options.CredentialsFolder ?? "", "secretAccessKey")) ? "testsecret" : "\0");
        return error;
    }

    private async Task RefusedAsync(StorageFailure failure, string why, Action<string> spoil)
    {
        spoil(_options.CredentialsFolder!);
        var since = Stopwatch.GetTimestamp();
        var error = await FailAsync(_options);
        error.Failure.ShouldBe(failure);
        error.Message.ShouldContain(why);
        Stopwatch.GetElapsedTime(since).ShouldBeLessThan(TimeSpan.FromSeconds(5));
    }
}
