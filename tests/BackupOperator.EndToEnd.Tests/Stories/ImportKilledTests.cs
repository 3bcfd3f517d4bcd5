using BackupOperator.Api.Entities;
using BackupOperator.Core.Catalogs;
using BackupOperator.LocalCluster.ApiServer.Requests;
using BackupOperator.TestSupport.Faults;

namespace BackupOperator.EndToEnd.Tests.Stories;

/// <summary>Resources are made of the backups in a bucket, and first the sidecar dies by SIGKILL, then the operator.</summary>
public sealed class ImportKilledTests(TestCluster cluster) : IClassFixture<TestCluster>
{
    private static readonly string[] Names = ["one", "two", "three"];

    [Fact]
    public async Task Each_backup_gets_one_resource_though_the_sidecar_and_the_operator_die_in_the_middle()
    {
        var gateway = cluster.RgwAsync();
        var database = await cluster.StartDatabaseAsync();
        await database.FillAsync(megabytes: 1);
        var before = await database.ChecksumAsync();
        var rgw = await gateway;
        var storage = await cluster.CreateBucketAsync(database);
        var ids = new List<string?>();
        foreach (var name in Names)
        {
            ids.Add((await (await cluster.BackUpAsync(database, name, storage)).ReachesAsync("Completed")).Status.BackupId);
            await cluster.Client.DeleteAsync<MySqlBackup>(name, database.Namespace);
        }

        await Eventually.HoldsAsync("end of the resources", async () => (await BackupsAsync(database)).Count == 0, TimeSpan.FromSeconds(30));
        await using var proxy = FaultProxy.Start(rgw.Port);
        var (reads, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        proxy.Rule = request => request.Method == "GET" && request.Path.EndsWith("/manifest.json.zst", StringComparison.Ordinal) && reads.TrySetResult()
            ? new Fault.Hold(release.Task) : null;

        // The operator is to die when it has made one of the three.
        using (var second = RequestHold.Begin(cluster, IsSecondBackup))
        {
            await cluster.Cluster.ApplyAsync(
                Manifests.ImportingSchedule(database.Namespace, "nightly", storage.Replace(rgw.Endpoint, proxy.Endpoint, StringComparison.Ordinal)));
            await reads.Task.WaitAsync(TimeSpan.FromSeconds(60));
            await cluster.KillSidecarAsync(database.Namespace);
            release.SetResult();
            await second.ReachedAsync();
            await cluster.Operator.KillAsync();
        }

        (await BackupsAsync(database)).ShouldHaveSingleItem();
        cluster.Operator.Start();
        var schedule = await Eventually.ObtainAsync(
            "import",
            async () => await cluster.Client.GetAsync<MySqlBackupSchedule>("nightly", database.Namespace) is { Status.Catalog.Phase: CatalogPhase.Imported } done ? done : null,
            TimeSpan.FromSeconds(90),
            cluster.ExplainAsync);
        schedule.Status.Catalog!.ShouldSatisfyAllConditions(c => c.Found.ShouldBe(3), c => c.Problems.ShouldBeNull());
        var backups = await BackupsAsync(database);
        backups.Select(b => b.Metadata.Name).ShouldBe(Names, ignoreOrder: true);
        backups.Select(b => b.Status.BackupId).ShouldBe(ids, ignoreOrder: true);
        foreach (var name in Names)
        {
            await new RunHandle<MySqlBackup>(cluster, database.Namespace, name).ReachesAsync("Completed");
        }

        await Eventually.HoldsAsync(
            "end of the rights",
            async () => (await cluster.Client.ListAsync<V1Role>(database.Namespace)).Items.Count == 0
                && (await cluster.Client.ListAsync<V1ServiceAccount>(database.Namespace)).Items.All(account => account.Metadata.Name == "default"),
            TimeSpan.FromSeconds(30),
            cluster.ExplainAsync);
        await database.ExecuteAsync("DROP DATABASE app");
        await (await cluster.RestoreAsync(database, "back", "backup: two")).ReachesAsync("Completed");
        (await database.ChecksumAsync()).ShouldBe(before);

        bool IsSecondBackup(RequestInfo request) => request is { Resource: "mysqlbackups", Verb: "create" } && request.Namespace == database.Namespace
            && Names.Any(name => cluster.Cluster.ApiServer.Peek("mysqlbackup.io/mysqlbackups", database.Namespace, name) is not null);
    }

    private async Task<IReadOnlyList<MySqlBackup>> BackupsAsync(TestDatabase database) =>
        (await cluster.Client.ListAsync<MySqlBackup>(database.Namespace)).Items;
}
