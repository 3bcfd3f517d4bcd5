using System.Diagnostics;
using BackupOperator.Api.Entities;

namespace BackupOperator.EndToEnd.Tests.Stories;

/// <summary>A store that cannot take the backup shows before MySQL is touched.</summary>
public sealed class StorageRefusesTests(TestCluster cluster) : IClassFixture<TestCluster>
{
    [Fact]
    public async Task A_wrong_key_fails_the_run_and_leaves_MySQL_alone()
    {
        var database = await cluster.StartDatabaseAsync();
        var storage = await cluster.CreateBucketAsync(database, secretKey: "not-the-key");

        var backup = await FailsUntouchedAsync(database, storage);
        backup.Status!.Failure!.Reason.ShouldBe("StorageRefused");
        backup.Status.Failure.Message.ShouldNotBeNull().ShouldContain("credentials");
    }

    [Fact]
    public async Task A_missing_bucket_fails_the_run_and_leaves_MySQL_alone()
    {
        var database = await cluster.StartDatabaseAsync();
        var storage = (await cluster.CreateBucketAsync(database)).Replace($"bucket-{database.Namespace}", "no-such-bucket", StringComparison.Ordinal);

        var backup = await FailsUntouchedAsync(database, storage);
        backup.Status!.Failure!.Reason.ShouldBe("BucketNotFound");
        backup.Status.Failure.Message.ShouldNotBeNull().ShouldContain("no-such-bucket");
    }

    [Fact]
    public async Task A_full_bucket_fails_the_run_and_leaves_MySQL_alone()
    {
        var database = await cluster.StartDatabaseAsync();
        var storage = await cluster.CreateBucketAsync(database);
        var rgw = await cluster.RgwAsync();
        await rgw.AdminAsync("quota", "set", "--quota-scope=bucket", "--uid=test", "--max-size=1000");
        await rgw.AdminAsync("quota", "enable", "--quota-scope=bucket", "--uid=test");
        try
        {
            var backup = await FailsUntouchedAsync(database, storage);
            backup.Status!.Failure!.Reason.ShouldBe("StorageFull");
        }
        finally
        {
            await rgw.AdminAsync("quota", "disable", "--quota-scope=bucket", "--uid=test");
        }
    }

    [Fact]
    public async Task A_volume_that_fills_up_fails_the_run_and_leaves_MySQL_alone()
    {
        var database = await cluster.StartDatabaseAsync();
        await database.FillAsync(megabytes: 40);
        var folder = cluster.Cluster.ClaimFolder(database.Namespace, "backups");
        await RunAsync("mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", folder);
        try
        {
            var backup = await FailsUntouchedAsync(database, Manifests.VolumeStorage);
            backup.Status!.Failure!.Reason.ShouldBe("StorageFull");
        }
        finally
        {
            await RunAsync("umount", "-l", folder);
        }
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0);
    }

    private async Task<MySqlBackup> FailsUntouchedAsync(TestDatabase database, string storage)
    {
        var pod = (await database.PodAsync())!.Metadata.Uid;
        var generation = (await database.StatefulSetAsync()).Metadata.Generation;

        var backup = await (await cluster.BackUpAsync(database, "b", storage)).ReachesAsync("Failed");

        (await database.PodAsync())!.Metadata.Uid.ShouldBe(pod);
        (await database.StatefulSetAsync()).Metadata.Generation.ShouldBe(generation);
        (await database.ScalarAsync("SELECT 1")).ShouldBe("1");
        backup.Status!.Report!.StoppedAt.ShouldBeNull();
        return backup;
    }
}
