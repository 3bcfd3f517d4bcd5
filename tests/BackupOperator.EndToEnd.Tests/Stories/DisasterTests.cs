using System.Security.Cryptography;
using BackupOperator.Api.Entities;
using BackupOperator.Core.Catalogs;

namespace BackupOperator.EndToEnd.Tests.Stories;

/// <summary>The cluster is lost. A bucket and a key are left; data and resources come back into an empty one. See docs/runbooks/disaster.md.</summary>
public sealed class DisasterTests(TestCluster cluster) : IClassFixture<TestCluster>
{
    private const string Encryption = """
        encryption:
          secretRef:
            name: keys
        """;

    private readonly string _key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    [Fact]
    public async Task A_lost_cluster_comes_back_from_its_bucket_data_and_resources()
    {
        var database = await cluster.StartDatabaseAsync(name: "shop");
        await KeyAsync("shop");
        var storage = await cluster.CreateBucketAsync(database);
        await database.FillAsync(megabytes: 5);
        var atFull = await database.ChecksumAsync();
        var full = await (await cluster.BackUpAsync(database, "full", storage, Encryption)).ReachesAsync("Completed");
        await database.ExecuteAsync("UPDATE app.words SET word = CONCAT(word, '!')");
        var atIncremental = await database.ChecksumAsync();
        var incremental = await (await cluster.BackUpAsync(database, "changes", storage, $"type: Incremental\n{Encryption}")).ReachesAsync("Completed");
        incremental.Status.Parent.ShouldBe(full.Status.BackupId);

        await cluster.LoseAsync();
        (await cluster.Client.ListAsync<MySqlBackup>()).Items.ShouldBeEmpty();

        // Data first: without any resource, into a namespace of another name.
        var elsewhere = await cluster.StartDatabaseAsync(name: "rescue");
        await KeyAsync("rescue");
        await SecretAsync("rescue");
        var location = Manifests.Location(storage, incremental.Status.Path!);
        await (await cluster.RestoreAsync(elsewhere, "back", location, Encryption)).ReachesAsync("Completed");
        (await elsewhere.ChecksumAsync()).ShouldBe(atIncremental);

        // Then the resources, under their old names, beside an empty database.
        var again = await cluster.StartDatabaseAsync(name: "shop");
        await KeyAsync("shop");
        await SecretAsync("shop");
        await cluster.Cluster.ApplyAsync(Manifests.ImportingSchedule("shop", "nightly", storage, Encryption));
        var schedule = await Eventually.ObtainAsync(
            "import",
            async () => await cluster.Client.GetAsync<MySqlBackupSchedule>("nightly", "shop") is { Status.Catalog.Phase: CatalogPhase.Imported } done ? done : null,
            TimeSpan.FromSeconds(90),
            cluster.ExplainAsync);
        schedule.Status.Catalog!.ShouldSatisfyAllConditions(c => c.Found.ShouldBe(2), c => c.Imported.ShouldBe(2), c => c.Problems.ShouldBeNull());
        foreach (var before in new[] { full, incremental })
        {
            var after = await new RunHandle<MySqlBackup>(cluster, "shop", before.Metadata.Name!).ReachesAsync("Completed");
            after.Metadata.Uid.ShouldNotBe(before.Metadata.Uid);
            after.Status.ShouldSatisfyAllConditions(
                s => s.BackupId.ShouldBe(before.Status.BackupId), s => s.ManifestDigest.ShouldBe(before.Status.ManifestDigest), s => s.Parent.ShouldBe(before.Status.Parent),
                s => s.Type.ShouldBe(before.Status.Type), s => s.Path.ShouldBe(before.Status.Path), s => s.Location.ShouldBe(before.Status.Location),
                s => s.Size!.Stored.ShouldBe(before.Status.Size!.Stored), s => s.Server!.Version.ShouldBe(before.Status.Server!.Version), s => s.Target!.Claim.ShouldBe(before.Status.Target!.Claim));
        }

        await (await cluster.RestoreAsync(again, "by-name", "backup: full")).ReachesAsync("Completed");
        (await again.ChecksumAsync()).ShouldBe(atFull);
        var next = await (await cluster.BackUpAsync(again, "next", storage, $"type: Incremental\n{Encryption}")).ReachesAsync("Completed");
        next.Status.Parent.ShouldBe(incremental.Status.BackupId, "the chain goes on");
    }

    private Task KeyAsync(string @namespace) => cluster.Cluster.ApplyAsync($"""
        apiVersion: v1
        kind: Secret
        metadata:
          name: keys
          namespace: {@namespace}
        stringData:
          key: {_key}
        """);

    private async Task SecretAsync(string @namespace)
    {
        var rgw = await cluster.RgwAsync();
        await cluster.Cluster.ApplyAsync(Manifests.S3Secret(@namespace, rgw.AccessKey, rgw.SecretKey));
    }
}
