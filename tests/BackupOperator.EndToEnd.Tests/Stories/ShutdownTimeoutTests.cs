using System.Diagnostics;

namespace BackupOperator.EndToEnd.Tests.Stories;

/// <summary>MySQL does not react to SIGTERM.</summary>
public sealed class ShutdownTimeoutTests(TestCluster cluster) : IClassFixture<TestCluster>
{
    [Fact]
    public async Task Nothing_is_archived_and_MySQL_runs()
    {
        var database = await cluster.StartDatabaseAsync(graceSeconds: 20);
        foreach (var process in cluster.Cluster.HostPids(database.Namespace, "db-0"))
        {
            Process.Start("kill", ["-STOP", $"{process}"]).WaitForExit();
        }

        var run = await cluster.BackUpAsync(database, "b", Manifests.VolumeStorage, "timeouts: {quiesce: 5s}\ncold: {precopy: false}");
        var backup = await run.ReachesAsync("Failed", TimeSpan.FromSeconds(120));

        backup.Status!.Failure!.Reason.ShouldBe("ShutdownTimeout");
        backup.Status.Report!.LockedAt.ShouldBeNull();
        await database.AnswersAsync(TimeSpan.FromSeconds(60));
        (await database.StatefulSetAsync()).Spec!.Replicas.ShouldBe(1);
        Directory.EnumerateFiles(cluster.Cluster.ClaimFolder(database.Namespace, "backups"), "manifest.json.zst", SearchOption.AllDirectories).ShouldBeEmpty();
    }
}
