namespace BackupOperator.EndToEnd.Tests.Stories;

/// <summary>The sidecar dies by SIGKILL in the middle of an upload.</summary>
public sealed class SidecarKilledTests(TestCluster cluster) : IClassFixture<TestCluster>
{
    private const long Part = 16 << 20;

    [Fact]
    public async Task The_next_pod_goes_on_and_sends_at_most_one_part_again()
    {
        var database = await cluster.StartDatabaseAsync();
        await database.FillAsync(megabytes: 360);
        var before = await database.ChecksumAsync();
        var run = await cluster.BackUpAsync(database, "b", await cluster.CreateBucketAsync(database), "backoffLimit: 3");

        await run.ReportsAsync("an upload that is half done", backup => backup.Status?.Progress?.BytesUploaded > 140 << 20);
        await cluster.KillSidecarAsync(database.Namespace);

        var backup = await run.ReachesAsync("Completed");
        var stored = backup.Status!.Report!.Backup!.StoredBytes;
        stored.ShouldBeGreaterThan(340L << 20);
        backup.Status.Attempt.ShouldBe(2);
        backup.Status.Progress!.BytesUploaded!.Value.ShouldBeLessThanOrEqualTo(stored + Part);

        await database.ExecuteAsync("DROP DATABASE app");
        await (await cluster.RestoreAsync(database, "r", "backup: b")).ReachesAsync("Completed");
        await database.AnswersAsync(TimeSpan.FromSeconds(30));
        (await database.ChecksumAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task Without_another_attempt_MySQL_is_back_the_run_says_what_happened_and_nothing_is_left_in_the_bucket()
    {
        var database = await cluster.StartDatabaseAsync();
        await database.FillAsync(megabytes: 150);

        // Without a pre-copy the whole archive is written while MySQL is stopped.
        var run = await cluster.BackUpAsync(database, "b", await cluster.CreateBucketAsync(database), "backoffLimit: 0\ncold: {precopy: false}");
        await run.ReportsAsync("a stopped database", backup => backup.Status?.Report?.LockedAt is not null);
        await cluster.KillSidecarAsync(database.Namespace);

        await database.AnswersAsync(TimeSpan.FromSeconds(30));
        var backup = await run.ReachesAsync("Failed", TimeSpan.FromSeconds(60));
        backup.Status!.Failure!.Reason.ShouldBe("SidecarDied");
        backup.Status.Failure.Message.ShouldNotBeNull().ShouldContain("137");
        (await database.StatefulSetAsync()).Spec!.Replicas.ShouldBe(1);

        await Eventually.HoldsAsync("the end of its leftovers", async () => (await run.GetAsync()).Status.Pruning is null, TimeSpan.FromSeconds(60), cluster.ExplainAsync);
        var left = await (await cluster.RgwAsync()).DescribeBucketAsync($"bucket-{database.Namespace}");
        left.ShouldNotContain("<Contents>");
        left.ShouldNotContain("<Upload>");
    }
}
