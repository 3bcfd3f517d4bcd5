using BackupOperator.Archive.Storage;
using BackupOperator.Archive.Storage.S3;
using BackupOperator.Archive.Tests.Support;
using BackupOperator.TestSupport.Faults;

namespace BackupOperator.Archive.Tests.Faults;

/// <summary>Credentials that end while they are in use, clocks that are wrong, parts that are gone.</summary>
public sealed class RefusalTests(RgwFixture rgw) : FaultTest(rgw)
{
    public static TheoryData<int, string> Refusals => new() { { 403, "ExpiredToken" }, { 400, "ExpiredToken" }, { 403, "InvalidAccessKeyId" } };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task A_token_that_expires_is_replaced_by_the_one_that_was_mounted_since(int status, string code)
    {
        await using var store = new S3ObjectStore(Options);
        await store.PutAsync("a", Content(1, 10));

        // The proxy plays a store that takes only the newest session; the gateway behind it does not look at tokens of its own users.
        var refused = 0;
        Proxy.Rule = request => request.Headers.ContainsKey("x-amz-security-token") ? null : Refuse();
        await UploadAsync(store, "b", 2);
        (await store.FindAsync("b")).ShouldNotBeNull();
        refused.ShouldBe(1);

        Fault Refuse()
        {
            refused++;
            File.WriteAllText(Path.Combine(Credentials, "sessionToken"), "new");
            return new Fault.Answer(status, code);
        }
    }

    [Fact]
    public async Task A_secret_that_arrives_late_is_waited_for()
    {
        await using var store = new S3ObjectStore(Options);
        await store.PutAsync("a", Content(1, 10));
        var refused = 0;
        Proxy.Rule = _ =>
        {
            if (refused == 3)
            {
                File.WriteAllText(Path.Combine(Credentials, "sessionToken"), "new");
            }

            return refused++ < 4 ? new Fault.Answer(403, "ExpiredToken") : null;
        };
        (await store.FindAsync("a")).ShouldNotBeNull();
        refused.ShouldBeGreaterThan(3);
    }

    [Fact]
    public async Task A_token_that_stays_expired_is_said_to_be()
    {
        await using var store = new S3ObjectStore(Options);
        Proxy.Rule = _ => new Fault.Answer(403, "ExpiredToken");
        foreach (var call in (Func<Task>[])[() => store.PutAsync("a", Content(1, 10)), () => store.FindAsync("a"), () => Backups.KeysAsync(store), () => store.ReadAsync("a", 0, new byte[1])])
        {
            Proxy.Requests.Clear();
            var error = await Should.ThrowAsync<StorageException>(call);
            error.Failure.ShouldBe(StorageFailure.Refused);
            error.Message.ShouldContain("have expired (ExpiredToken)");
            error.Message.ShouldContain("Renew the Secret that credentialsSecretRef names");

            // Nobody has ever been let in with these: there is nothing to wait for.
            Proxy.Requests.Count.ShouldBeLessThanOrEqualTo(2);
        }
    }

    [Fact]
    public async Task A_secret_is_replaced_as_the_kubelet_does_it()
    {
        var secret = Folder("secret");
        foreach (var (version, key) in new[] { ("..1", "nobody"), ("..2", Rgw.AccessKey) })
        {
            var data = Directory.CreateDirectory(Path.Combine(secret, version)).FullName;
            File.WriteAllText(Path.Combine(data, "accessKeyId"), key);
            File.WriteAllText(Path.Combine(data, "secretAccessKey"), Rgw.SecretKey);
        }

        Directory.CreateSymbolicLink(Path.Combine(secret, "..data"), "..1");
        foreach (var name in new[] { "accessKeyId", "secretAccessKey" })
        {
            File.CreateSymbolicLink(Path.Combine(secret, name), $"..data/{name}");
        }

        await using var store = new S3ObjectStore(Options with { CredentialsFolder = secret });
        (await Should.ThrowAsync<StorageException>(() => store.PutAsync("a", Content(1, 10)))).Message.ShouldContain("InvalidAccessKeyId");
        Directory.CreateSymbolicLink(Path.Combine(secret, "..new"), "..2");
        using var move = System.Diagnostics.Process.Start("mv", ["-T", Path.Combine(secret, "..new"), Path.Combine(secret, "..data")]);
        await move.WaitForExitAsync(TestContext.Current.CancellationToken);
        Directory.Delete(Path.Combine(secret, "..1"), recursive: true);
        await store.PutAsync("a", Content(1, 10));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(-20)]
    [InlineData(60 * 24 * 400)]
    public async Task A_clock_that_is_wrong_is_no_obstacle(int minutes)
    {
        // The real gateway refuses: it allows 15 minutes.
        await using var store = new S3ObjectStore(Options with { Retry = Options.Retry with { Time = new WrongClock(TimeSpan.FromMinutes(minutes)) } });
        (await store.FindAsync("a")).ShouldBeNull();
        Proxy.Requests.Count.ShouldBe(2);
        await UploadAsync(store, "a", 2);
        (await Backups.KeysAsync(store)).ShouldBe(["a"]);
        Proxy.Requests.Count(request => request.Method == "HEAD").ShouldBe(3, "only the first was refused");
    }

    [Fact]
    public async Task A_clock_that_cannot_be_right_for_the_store_is_told_with_the_difference()
    {
        await using var store = new S3ObjectStore(Options);
        Proxy.Rule = _ => new Fault.Answer(403, "RequestTimeTooSkewed", Date: TimeProvider.System.GetUtcNow().AddMinutes(20));
        var error = await Should.ThrowAsync<StorageException>(() => store.PutAsync("a", Content(1, 10)));
        error.Failure.ShouldBe(StorageFailure.Refused);
        error.Message.ShouldContain("The clock of this node is 20 minutes behind the store's");
        Proxy.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_part_that_is_gone_is_named()
    {
        await using var store = new S3ObjectStore(Options);
        var id = await store.BeginUploadAsync("a");
        var lost = await SendAsync(store, "a", id, 1, Content(1, store.PartSize));
        var last = await SendAsync(store, "a", id, 2, Content(2, 1000));
        await SendAsync(store, "a", id, 1, Content(3, store.PartSize));
        var error = await Should.ThrowAsync<StorageException>(() => store.CompleteUploadAsync("a", id, [lost, last]));
        error.Failure.ShouldBe(StorageFailure.Lost);
        error.Message.ShouldContain("has lost part 1 of the upload");
        error.Message.ShouldContain("The next attempt sends");
        (await store.FindAsync("a")).ShouldBeNull();
        (await store.ListPartsAsync("a", id)).ShouldNotBeNull().Count.ShouldBe(2);
    }

    [Fact]
    public async Task An_upload_that_is_gone_is_an_error_and_no_object()
    {
        await using var store = new S3ObjectStore(Options);
        var id = await store.BeginUploadAsync("a");
        var part = await SendAsync(store, "a", id, 1, Content(1, 1000));
        await store.AbortUploadAsync("a", id);
        var late = await Should.ThrowAsync<StorageException>(() => SendAsync(store, "a", id, 2, Content(1, 1000)));
        late.Failure.ShouldBe(StorageFailure.Lost, late.Message);
        var error = await Should.ThrowAsync<StorageException>(() => store.CompleteUploadAsync("a", id, [part]));
        error.Failure.ShouldBe(StorageFailure.Lost, error.Message);
        error.Message.ShouldContain("the upload is gone");
    }

    [Fact]
    public async Task A_part_is_vouched_for_by_its_digest()
    {
        await using var store = new S3ObjectStore(Options);
        await UploadAsync(store, "a", 2);
        var id = await store.BeginUploadAsync("b");
        var wrong = Blocks.BlockDigest.Of(Content(1, 10)).ToString();
        await Should.ThrowAsync<StorageException>(() => store.UploadPartAsync("b", id, 1, Content(2, 10), wrong));
        (await store.ListPartsAsync("b", id)).ShouldNotBeNull().ShouldBeEmpty();
        await store.AbortUploadAsync("b", id);
        Proxy.Requests.Where(request => request.IsPart).ShouldAllBe(request => request.Headers["x-amz-content-sha256"].Length == 64);
    }
}
