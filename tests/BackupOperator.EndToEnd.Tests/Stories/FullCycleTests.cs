using BackupOperator.LocalCluster.Images;

namespace BackupOperator.EndToEnd.Tests.Stories;

/// <summary>The main job, for both servers and both kinds of storage.</summary>
public sealed class FullCycleTests(TestCluster cluster) : IClassFixture<TestCluster>
{
    [Theory]
    [InlineData(StandardImages.MariaDb, "volume")]
    [InlineData(StandardImages.MySql, "s3")]
    public async Task What_was_backed_up_comes_back(string image, string storageKind)
    {
        var database = await cluster.StartDatabaseAsync(image);
        await database.FillAsync(megabytes: 20);
        var before = await database.ChecksumAsync();
        var storage = storageKind == "s3" ? await cluster.CreateBucketAsync(database) : Manifests.VolumeStorage;

        var backup = await (await cluster.BackUpAsync(database, "b", storage, "verification: {level: ReadBack}")).ReachesAsync("Completed");
        backup.Status.ManifestDigest.ShouldStartWith("sha256:");
        backup.Status.DowntimeSeconds.ShouldNotBeNull().ShouldBeInRange(0.1, 60);
        backup.Status.Progress!.BytesUploaded!.Value.ShouldBeGreaterThanOrEqualTo(20 << 20);
        backup.Status.Server!.Version.ShouldNotBeNullOrEmpty();
        backup.Status.Conditions!.Single(condition => condition.Type == "Complete").Status.ShouldBe("True");
        (await database.StatefulSetAsync()).Metadata.Annotations.ShouldSatisfyAllConditions(
            annotations => (annotations?.ContainsKey("mysqlbackup.io/quiesced") ?? false).ShouldBeFalse());

        await database.ExecuteAsync("DROP TABLE app.noise", "UPDATE app.words SET word = 'lost'");
        await (await cluster.RestoreAsync(database, "r", "backup: b")).ReachesAsync("Completed");

        await database.AnswersAsync(TimeSpan.FromSeconds(30));
        (await database.ChecksumAsync()).ShouldBe(before);
        (await database.ScalarAsync("SELECT GROUP_CONCAT(schema_name ORDER BY 1) FROM information_schema.schemata")).ShouldBe("app,information_schema,mysql,performance_schema,sys");
    }
}
