namespace BackupOperator.EndToEnd.Tests.Stories;

/// <summary>The claim is ReadWriteOncePod: the Job's pod and MySQL's cannot be there at the same time.</summary>
public sealed class ExclusiveClaimTests(TestCluster cluster) : IClassFixture<TestCluster>
{
    [Fact]
    public async Task A_backup_of_it_is_taken_with_MySQL_stopped_and_comes_back_elsewhere()
    {
        var database = await cluster.StartDatabaseAsync(accessMode: "ReadWriteOncePod");
        await database.FillAsync(megabytes: 20);
        var before = await database.ChecksumAsync();
        var storage = await cluster.CreateBucketAsync(database);
        var run = await cluster.BackUpAsync(database, "b", storage);

        var backup = await run.ReachesAsync("Completed");
        backup.Status.DowntimeSeconds.ShouldNotBeNull().ShouldBeGreaterThan(0);
        backup.Status.PhaseTimes!.Keys.ShouldContain("Quiescing");
        backup.Status.PhaseTimes.Keys.ShouldNotContain("Precopying");
        backup.Status.Target!.ExclusiveClaim.ShouldBe(true);
        await database.AnswersAsync(TimeSpan.FromSeconds(30));
        (await database.ChecksumAsync()).ShouldBe(before);
        (await database.StatefulSetAsync()).Metadata.Annotations?.Keys.ShouldNotContain("mysqlbackup.io/quiesced");

        var refused = await cluster.RestoreAsync(database, "r", "backup: b");
        (await refused.ReachesAsync("Failed")).Status.Failure!.Message.ShouldNotBeNull().ShouldContain("ReadWriteOnce claim");

        var other = await cluster.StartDatabaseAsync();
        var rgw = await cluster.RgwAsync();
        await cluster.Cluster.ApplyAsync(Manifests.S3Secret(other.Namespace, rgw.AccessKey, rgw.SecretKey));
        await (await cluster.RestoreAsync(other, "r", Manifests.Location(storage, backup.Status.Path!))).ReachesAsync("Completed");
        await other.AnswersAsync(TimeSpan.FromSeconds(30));
        (await other.ChecksumAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task MySQL_is_back_after_the_sidecar_was_killed_and_the_next_one_sends_only_what_is_missing()
    {
        var database = await cluster.StartDatabaseAsync(accessMode: "ReadWriteOncePod");
        await database.FillAsync(megabytes: 130);
        var run = await cluster.BackUpAsync(database, "b", await cluster.CreateBucketAsync(database), "backoffLimit: 3");
        await run.ReportsAsync("an upload that is under way", backup => backup.Status?.Progress?.BytesUploaded > 30 << 20);

        await cluster.KillSidecarAsync(database.Namespace);

        var backup = await run.ReachesAsync("Completed");
        backup.Status.Attempt.ShouldBe(2);
        backup.Status.Progress!.BytesUploaded!.Value.ShouldBeLessThanOrEqualTo(backup.Status.Report!.Backup!.StoredBytes + (16 << 20));
        await database.AnswersAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_storage_that_is_not_there_costs_no_downtime()
    {
        var database = await cluster.StartDatabaseAsync(accessMode: "ReadWriteOncePod");
        var generation = (await database.StatefulSetAsync()).Metadata.Generation;
        var storage = (await cluster.CreateBucketAsync(database)).Replace($"bucket: bucket-{database.Namespace}", "bucket: no-such-bucket", StringComparison.Ordinal);
        var run = await cluster.BackUpAsync(database, "b", storage, "backoffLimit: 0");

        (await run.ReachesAsync("Failed")).Status.Failure!.Reason.ShouldBe("BucketNotFound");
        (await database.StatefulSetAsync()).Metadata.Generation.ShouldBe(generation);
    }
}
