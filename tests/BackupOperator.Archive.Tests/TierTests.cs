using System.Xml.Linq;
using Amazon.S3;
using Amazon.S3.Model;
using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Storage;
using BackupOperator.Archive.Storage.S3;
using BackupOperator.Archive.Tests.Support;
using BackupOperator.TestSupport.Faults;
using BackupOperator.TestSupport.Servers;
using BackupOperator.TestSupport.Time;
using BasicAWSCredentials = Amazon.Runtime.BasicAWSCredentials;

namespace BackupOperator.Archive.Tests;

/// <summary>Packs in other storage classes of a real gateway, and in an archive class that a proxy plays.</summary>
public sealed class TierTests : IAsyncLifetime
{
    private readonly TempFolder _temp = new();
    private RealRgw _rgw = null!;
    private AmazonS3Client _admin = null!;
    private S3StoreOptions _options = null!;

    public async ValueTask InitializeAsync()
    {
        _rgw = await RealRgw.StartAsync();
        foreach (var storageClass in new[] { "GLACIER", "COLD" })
        {
            await _rgw.AdminAsync("zonegroup", "placement", "add", "--rgw-zonegroup=default", "--placement-id=default-placement", $"--storage-class={storageClass}");
            await _rgw.AdminAsync("zone", "placement", "add", "--rgw-zone=default", "--placement-id=default-placement", $"--storage-class={storageClass}", $"--data-pool=default.rgw.{storageClass.ToLowerInvariant()}");
        }

        _rgw.KillGateway();
        await _rgw.StartGatewayAsync();
        await _rgw.CreateBucketAsync("tiers");
        File.WriteAllText(Path.Combine(_temp.Sub("credentials"), "accessKeyId"), _rgw.AccessKey);
        File.WriteAllText(Path.Combine(_temp.Sub("credentials"), "secretAccessKey"), _rgw.SecretKey);
        _options = new S3StoreOptions
        {
            Bucket = "tiers",
            Prefix = "prod",
            Endpoint = _rgw.Endpoint,
            ForcePathStyle = true,
            CredentialsFolder = _temp.Sub("credentials"),
            Retry = new RetryPolicy { FirstDelay = TimeSpan.FromMilliseconds(20), Attempts = 3 },
        };
        _admin = new AmazonS3Client(
            new BasicAWSCredentials(_rgw.AccessKey, _rgw.SecretKey), new AmazonS3Config { ServiceURL = _rgw.Endpoint, ForcePathStyle = true, AuthenticationRegion = "us-east-1" });
        DataDirectory.Write(Path.Combine(_temp.Sub("source"), "ibdata1"), DataDirectory.Noise(new Random(5), 2 << 20));
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await _rgw.DisposeAsync();
        _temp.Dispose();
    }

    [Fact]
    public async Task A_rule_moves_packs_and_nothing_else_and_the_rules_of_others_stay()
    {
        await _admin.PutLifecycleConfigurationAsync("tiers", new LifecycleConfiguration
        {
            Rules =
            [
                new LifecycleRule
                {
                    Id = "theirs",
                    Status = LifecycleRuleStatus.Enabled,
                    Filter = new LifecycleFilter
                    {
                        LifecycleFilterPredicate = new LifecycleAndOperator
                        {
                            Operands = [new LifecyclePrefixPredicate { Prefix = "logs/" }, new LifecycleTagPredicate { Tag = new Tag { Key = "old", Value = "yes" } }],
                        },
                    },
                    Expiration = new LifecycleRuleExpiration { Days = 9 },
                },
            ],
        });
        await using var store = new S3ObjectStore(_options with { Tiers = [new StorageTier(1, "COLD")] });
        (await store.ApplyTiersAsync()).ShouldBeTrue();
        (await store.ApplyTiersAsync()).ShouldBeFalse("the store has the rule as it was written");
        (await RuleNamesAsync()).ShouldBe(["mysqlbackup.io-tiers-", "theirs"]);

        await Backups.WriteAsync(store, _temp.Sub("source"));
        await using (var other = new S3ObjectStore(_options))
        {
            // Of another backup, from before there were tiers.
            await other.PutAsync("untouched/packs/00000.pack", "data"u8.ToArray());
        }

        var limit = TimeProvider.System.GetUtcNow().AddSeconds(60);
        while (!(await ClassesAsync()).ContainsValue("COLD"))
        {
            (TimeProvider.System.GetUtcNow() < limit).ShouldBeTrue("the gateway moves nothing");

            // A day lasts for a second.
            await _rgw.AdminAsync("lc", "process", "--rgw-lc-debug-interval=1");
            await Task.Delay(500, TestContext.Current.CancellationToken);
        }

        var classes = await ClassesAsync();
        classes.Where(c => c.Value == "COLD").Select(c => c.Key).ShouldBe(["prod/ns/db/one/packs/00000.pack"]);
        await Backups.VerifyAsync(store, VerificationLevel.ReadBack);
        await new PackThaw(await ArchiveReader.OpenAsync(store, Backups.Path), TimeProvider.System).WaitAsync(_ => throw new InvalidOperationException("It can be read."));

        await using var none = new S3ObjectStore(_options with { Tiers = [] });
        (await none.ApplyTiersAsync()).ShouldBeTrue();
        (await RuleNamesAsync()).ShouldBe(["theirs"]);
        await _admin.DeleteLifecycleConfigurationAsync("tiers", TestContext.Current.CancellationToken);
        (await none.ApplyTiersAsync()).ShouldBeFalse();
        (await store.ApplyTiersAsync()).ShouldBeTrue();
        (await none.ApplyTiersAsync()).ShouldBeTrue("the last rule goes with the configuration");
        await _admin.PutBucketPolicyAsync(new PutBucketPolicyRequest
        {
            BucketName = "tiers",
            Policy = """{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:PutLifecycleConfiguration", "Resource": "arn:aws:s3:::tiers"}]}""",
        });
        (await Should.ThrowAsync<StorageException>(() => store.ApplyTiersAsync())).Message.ShouldContain("s3:PutLifecycleConfiguration");
    }

    [Fact]
    public async Task A_restore_brings_packs_back_from_an_archive_class_and_says_what_it_waits_for()
    {
        await using (var store = new S3ObjectStore(_options with { StorageClass = "GLACIER" }))
        {
            await Backups.WriteAsync(store, _temp.Sub("source"));
        }

        (await ClassesAsync()).Where(c => c.Value == "GLACIER").Select(c => c.Key).ShouldBe(["prod/ns/db/one/packs/00000.pack"], "the manifest stays readable");
        await using var proxy = FaultProxy.Start(_rgw.Port);
        var (asked, isBack) = (0, false);
        proxy.Rule = request => request switch
        {
            _ when !request.Path.EndsWith(".pack", StringComparison.Ordinal) || isBack => null,
            { Method: "POST" } when request.Asks("restore") => Interlocked.Increment(ref asked) == 1 ? new Fault.Answer(202, "") : new Fault.Answer(409, "RestoreAlreadyInProgress"),
            { Method: "HEAD" } when asked > 1 => new Fault.AddHeader("x-amz-restore", "ongoing-request=\"true\""),
            { Method: "GET" } => new Fault.Answer(403, "InvalidObjectState"),
            _ => null,
        };
        await using var cold = new S3ObjectStore(_options with { Endpoint = proxy.Endpoint });
        var archive = await ArchiveReader.OpenAsync(cold, Backups.Path);
        var refused = await Should.ThrowAsync<StorageException>(() => new ArchiveVerifier(archive).VerifyAsync(VerificationLevel.ReadBack));
        refused.Failure.ShouldBe(StorageFailure.Archived);
        refused.Message.ShouldContain("archive class");

        var time = new FakeTimeProvider();
        var told = new List<ThawProgress>();
        var waiting = new PackThaw(archive, time).WaitAsync(told.Add, TestContext.Current.CancellationToken);
        for (var look = 0; look < 4; look++)
        {
            await UntilAsync(() => time.WaitingTimers > 0);
            waiting.IsCompleted.ShouldBeFalse();
            isBack = look == 3;
            time.Advance(TimeSpan.FromMinutes(1));
        }

        await waiting.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        told.Select(t => (t.Packs, t.Readable)).ShouldBe([(1, 0), (1, 1)]);
        asked.ShouldBe(2, "what is on its way is not asked for again");
        await Backups.RestoreAsync(cold, Path.Combine(_temp.Path, "target"));
        DataDirectory.Describe(Path.Combine(_temp.Path, "target")).ShouldBe(DataDirectory.Describe(_temp.Sub("source")));

        // Another time it never comes.
        isBack = false;
        var hopeless = new PackThaw(archive, time) { Timeout = TimeSpan.FromMinutes(2) }.WaitAsync(_ => { }, TestContext.Current.CancellationToken);
        while (!hopeless.IsCompleted)
        {
            await UntilAsync(() => time.WaitingTimers > 0 || hopeless.IsCompleted);
            time.Advance(TimeSpan.FromMinutes(1));
        }

        (await Should.ThrowAsync<StorageException>(() => hopeless)).Message.ShouldContain("1 of 1 packs are still in an archive class");
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!holds())
        {
            await Task.Delay(20, limit.Token);
        }
    }

    // The SDK cannot read what the gateway answers.
    private async Task<List<string>> RuleNamesAsync()
    {
        var rules = XElement.Parse(await S3Request.SendAsync(HttpMethod.Get, new Uri($"{_rgw.Endpoint}/tiers?lifecycle="), _rgw.AccessKey, _rgw.SecretKey));
        var theirs = LifecycleRules.Rules(rules).Single(rule => rule.Value.StartsWith("theirs", StringComparison.Ordinal)).ToString();
        theirs.ShouldContain("logs/");
        theirs.ShouldContain("old");
        return [.. LifecycleRules.Rules(rules).Select(rule => rule.Elements().First(e => e.Name.LocalName == "ID").Value)
            .Select(id => id.StartsWith("mysqlbackup.io-tiers-", StringComparison.Ordinal) ? "mysqlbackup.io-tiers-" : id).Order(StringComparer.Ordinal)];
    }

    private async Task<Dictionary<string, string>> ClassesAsync() =>
        (await _admin.ListObjectsV2Async(new ListObjectsV2Request { BucketName = "tiers" }, TestContext.Current.CancellationToken)).S3Objects
            .ToDictionary(found => found.Key, found => found.StorageClass?.Value ?? "");
}
