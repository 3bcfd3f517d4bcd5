using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using BackupOperator.Archive.Pruning;
using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Storage.S3;
using BackupOperator.Archive.Tests.Support;

namespace BackupOperator.Archive.Tests;

/// <summary>Backups are deleted from buckets that keep, or do not let go of, what is in them.</summary>
public sealed class PruneInBucketTests : IDisposable
{
    private readonly RgwFixture _rgw;
    private readonly TempFolder _temp = new();
    private readonly AmazonS3Client _admin;

    public PruneInBucketTests(RgwFixture rgw)
    {
        _rgw = rgw;
        _admin = new AmazonS3Client(
            new BasicAWSCredentials(rgw.Rgw.AccessKey, rgw.Rgw.SecretKey), new AmazonS3Config { ServiceURL = rgw.Rgw.Endpoint, ForcePathStyle = true, AuthenticationRegion = "us-east-1" });
        DataDirectory.Write(Path.Combine(_temp.Sub("source"), "ibdata1"), DataDirectory.Noise(new Random(3), 1 << 20));
    }

    public void Dispose()
    {
        _admin.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public async Task An_object_that_may_not_be_deleted_is_named_and_the_rest_goes()
    {
        await using var store = new S3ObjectStore(await _rgw.NewBucketAsync(_temp) with { Prefix = "" });
        await Backups.WriteAsync(store, _temp.Sub("source"));
        var bucket = BucketOf(store);
        await _admin.PutBucketPolicyAsync(new PutBucketPolicyRequest
        {
            BucketName = bucket,
            Policy = $$"""
                {"Version": "2012-10-17", "Statement": [
                  {"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::{{bucket}}/ns/db/one/packs/00000.pack"}]}
                """,
        });
        var request = new PruneRequest("ns/db/one", "one");
        var left = (await new ArchivePruner(store).PruneAsync([request])).Single();
        left.Untouched.ShouldBeFalse();
        left.Problem.ShouldNotBeNull().ShouldContain("1 objects are kept, such as ns/db/one/packs/00000.pack (AccessDenied");
        left.Problem.ShouldContain("s3:DeleteObject");
        (await Backups.KeysAsync(store)).ShouldBe(["ns/db/one/packs/00000.pack"]);

        await _admin.DeleteBucketPolicyAsync(bucket, TestContext.Current.CancellationToken);
        (await new ArchivePruner(store).PruneAsync([request])).Single().IsGone.ShouldBeTrue();
        (await Backups.KeysAsync(store)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_manifest_that_may_not_be_deleted_leaves_the_backup_whole()
    {
        await using var store = new S3ObjectStore(await _rgw.NewBucketAsync(_temp) with { Prefix = "" });
        await Backups.WriteAsync(store, _temp.Sub("source"));
        var bucket = BucketOf(store);
        await _admin.PutBucketPolicyAsync(new PutBucketPolicyRequest
        {
            BucketName = bucket,
            Policy = $$"""{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::{{bucket}}/*"}]}""",
        });
        var left = (await new ArchivePruner(store).PruneAsync([new PruneRequest("ns/db/one", "one")])).Single();
        left.Problem.ShouldNotBeNull().ShouldContain("manifest.json.zst");
        left.Problem.ShouldContain("AccessDenied");
        await new ArchiveVerifier(await ArchiveReader.OpenAsync(store, "ns/db/one")).VerifyAsync(VerificationLevel.ReadBack);
    }

    [Fact]
    public async Task A_bucket_with_object_lock_hides_what_is_deleted_and_keeps_its_versions()
    {
        var options = await _rgw.NewBucketAsync(_temp) with { Prefix = "", Bucket = "locked" };
        await _admin.PutBucketAsync(new PutBucketRequest { BucketName = "locked", ObjectLockEnabledForBucket = true });
        await _admin.PutObjectLockConfigurationAsync(new PutObjectLockConfigurationRequest
        {
            BucketName = "locked",
            ObjectLockConfiguration = new ObjectLockConfiguration
            {
                ObjectLockEnabled = ObjectLockEnabled.Enabled,
                Rule = new ObjectLockRule { DefaultRetention = new DefaultRetention { Mode = ObjectLockRetentionMode.Compliance, Days = 1 } },
            },
        });
        await using var store = new S3ObjectStore(options);
        await Backups.WriteAsync(store, _temp.Sub("source"));
        var before = await Backups.KeysAsync(store);
        for (var attempt = 0; attempt < 2; attempt++)
        {
            (await new ArchivePruner(store).PruneAsync([new PruneRequest("ns/db/one", "one")])).Single().Problem.ShouldBeNull();
            (await Backups.KeysAsync(store)).ShouldBeEmpty();
        }

        // What the lock is for: whoever has the access key cannot destroy them.
        var versions = (await _admin.ListVersionsAsync("locked", TestContext.Current.CancellationToken)).Versions;
        versions.Where(v => v.IsDeleteMarker != true).Select(v => v.Key).ShouldBeSubsetOf(versions.Select(v => v.Key));
        before.ShouldBeSubsetOf(versions.Where(v => v.IsDeleteMarker != true).Select(v => v.Key));
        var pack = versions.First(v => v.IsDeleteMarker != true && v.Key.EndsWith(".pack", StringComparison.Ordinal));
        await Should.ThrowAsync<AmazonS3Exception>(() => _admin.DeleteObjectAsync("locked", pack.Key, pack.VersionId, TestContext.Current.CancellationToken));

        // And they come back by taking the delete markers away.
        foreach (var marker in versions.Where(v => v.IsDeleteMarker == true))
        {
            await _admin.DeleteObjectAsync("locked", marker.Key, marker.VersionId, TestContext.Current.CancellationToken);
        }

        await new ArchiveVerifier(await ArchiveReader.OpenAsync(store, "ns/db/one")).VerifyAsync(VerificationLevel.ReadBack);
    }

    private static string BucketOf(S3ObjectStore store) => store.Describe("")["s3://".Length..].TrimEnd('/');
}
