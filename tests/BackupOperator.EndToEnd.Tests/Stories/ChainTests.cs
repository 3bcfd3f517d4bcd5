using System.Security.Cryptography;
using BackupOperator.Api.Entities;
using BackupOperator.LocalCluster.Images;

namespace BackupOperator.EndToEnd.Tests.Stories;

/// <summary>Backups that build on one another, encrypted, and back from each of them.</summary>
public sealed class ChainTests(TestCluster cluster) : IClassFixture<TestCluster>
{
    private const string Encryption = """
        encryption:
          secretRef:
            name: keys
        """;

    [Theory]
    [InlineData(StandardImages.MariaDb, "s3")]
    [InlineData(StandardImages.MySql, "volume")]
    public async Task An_encrypted_chain_comes_back_from_every_link(string image, string storageKind)
    {
        var database = await cluster.StartDatabaseAsync(image);
        await database.FillAsync(megabytes: 20);
        await CreateKeyAsync(database);
        var storage = storageKind == "s3" ? await cluster.CreateBucketAsync(database) : Manifests.VolumeStorage;
        var full = await database.ChecksumAsync();

        // There is nothing yet that it could build on.
        var first = await (await cluster.BackUpAsync(database, "first", storage, $"type: Incremental\n{Encryption}")).ReachesAsync("Completed");
        first.Status.Type.ShouldBe(BackupType.Full);

        await database.ExecuteAsync("UPDATE app.words SET word = CONCAT(word, '!')");
        var changed = await database.ChecksumAsync();
        var second = await (await cluster.BackUpAsync(database, "second", storage, $"type: Incremental\nverification: {{level: ReadBack}}\n{Encryption}")).ReachesAsync("Completed");
        second.Status.Type.ShouldBe(BackupType.Incremental);
        second.Status.Parent.ShouldBe(first.Status.BackupId);
        second.Status.Blocks!.Reused.ShouldNotBeNull().ShouldBeGreaterThan(0);

        await database.ExecuteAsync("DROP TABLE app.noise");
        await (await cluster.RestoreAsync(database, "back-to-second", "backup: second", "delta: true")).ReachesAsync("Completed");
        (await database.ChecksumAsync()).ShouldBe(changed);
        await (await cluster.RestoreAsync(database, "back-to-first", "backup: first")).ReachesAsync("Completed");
        (await database.ChecksumAsync()).ShouldBe(full);
    }

    private async Task CreateKeyAsync(TestDatabase database) => await cluster.Cluster.ApplyAsync($"""
        apiVersion: v1
        kind: Secret
        metadata:
          name: keys
          namespace: {database.Namespace}
        stringData:
          key: {Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))}
        """);
}
