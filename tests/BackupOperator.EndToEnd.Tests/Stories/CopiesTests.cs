namespace BackupOperator.EndToEnd.Tests.Stories;

/// <summary>A backup in two places, and back from the second one when the first is gone.</summary>
public sealed class CopiesTests(TestCluster cluster) : IClassFixture<TestCluster>
{
    [Fact]
    public async Task The_copy_is_a_backup_by_itself()
    {
        var database = await cluster.StartDatabaseAsync();
        await database.FillAsync(megabytes: 30);
        var before = await database.ChecksumAsync();
        var bucket = await cluster.CreateBucketAsync(database);

        var backup = await (await cluster.BackUpAsync(database, "b", Manifests.VolumeStorage, Manifests.Copies(bucket))).ReachesAsync("Completed");
        backup.Status.Conditions!.Single(condition => condition.Type == "CopiesComplete").Status.ShouldBe("True");

        await database.ExecuteAsync("DROP TABLE app.noise", "UPDATE app.words SET word = 'lost'");
        await (await cluster.RestoreAsync(database, "r", Manifests.Location(bucket, backup.Status.Path!))).ReachesAsync("Completed");
        await database.AnswersAsync(TimeSpan.FromSeconds(30));
        (await database.ChecksumAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task A_copy_that_cannot_be_made_is_told_and_does_not_spoil_the_backup()
    {
        var database = await cluster.StartDatabaseAsync();
        await database.FillAsync(megabytes: 10);
        var before = await database.ChecksumAsync();
        await cluster.CreateBucketAsync(database);
        var nowhere = Manifests.S3Storage((await cluster.RgwAsync()).Endpoint, "there-is-no-such-bucket");

        var backup = await (await cluster.BackUpAsync(database, "b", Manifests.VolumeStorage, Manifests.Copies(nowhere))).ReachesAsync("Completed");
        var condition = backup.Status.Conditions!.Single(condition => condition.Type == "CopiesComplete");
        condition.Status.ShouldBe("False");
        condition.Message.ShouldNotBeNull().ShouldContain("there-is-no-such-bucket");
        backup.Status.Copies!.Single().NextAttemptTime.ShouldNotBeNull();

        await database.ExecuteAsync("DROP TABLE app.noise");
        await (await cluster.RestoreAsync(database, "r", "backup: b")).ReachesAsync("Completed");
        (await database.ChecksumAsync()).ShouldBe(before);
    }
}
