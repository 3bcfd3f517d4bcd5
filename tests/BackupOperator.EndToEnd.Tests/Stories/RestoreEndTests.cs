using System.Text.Json.Nodes;
using BackupOperator.Api.Entities;
using BackupOperator.LocalCluster.ApiServer.Requests;

namespace BackupOperator.EndToEnd.Tests.Stories;

/// <summary>A restore is stopped when its data is in place already: what its phase says is what MySQL has.</summary>
public sealed class RestoreEndTests(TestCluster cluster) : IClassFixture<TestCluster>
{
    [Fact]
    public async Task Cancelled_while_MySQL_starts_it_is_completed_and_the_restored_data_is_there()
    {
        var (database, before) = await BackedUpAsync();
        var run = await cluster.RestoreAsync(database, "r", "backup: b");
        using (await HoldProofAsync(database, run))
        {
            await cluster.Client.PatchAsync<MySqlRestore>("r", database.Namespace, KubernetesPatch.Merge(new JsonObject { ["spec"] = new JsonObject { ["cancel"] = true } }));
            await run.ReportsAsync("the ending", restore => restore.Status?.Ending is not null);
        }

        var completed = await run.ReachesAsync("Completed");
        (await database.ChecksumAsync()).ShouldBe(before);
        completed.Status!.PreviousData.ShouldNotBeNullOrEmpty();

        // Nothing is left open that another restore would stumble over.
        await (await cluster.RestoreAsync(database, "again", "backup: b")).ReachesAsync("Completed");
    }

    [Fact]
    public async Task Killed_while_MySQL_starts_without_another_attempt_it_has_failed_and_the_old_data_is_there()
    {
        var (database, _) = await BackedUpAsync();
        var run = await cluster.RestoreAsync(database, "r", "backup: b", "backoffLimit: 0");
        using (await HoldProofAsync(database, run))
        {
            await cluster.KillSidecarAsync(database.Namespace);
        }

        await run.ReachesAsync("Failed");
        await database.AnswersAsync(TimeSpan.FromSeconds(30));
        (await database.ScalarAsync("SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name = 'app'")).ShouldBe("0", "the database had been dropped before the restore");
        await (await cluster.RestoreAsync(database, "again", "backup: b")).ReachesAsync("Completed");
    }

    private async Task<(TestDatabase Database, string Checksum)> BackedUpAsync()
    {
        var database = await cluster.StartDatabaseAsync();
        await database.FillAsync(megabytes: 20);
        var before = await database.ChecksumAsync();
        await (await cluster.BackUpAsync(database, "b", await cluster.CreateBucketAsync(database))).ReachesAsync("Completed");
        await database.ExecuteAsync("DROP DATABASE app");
        return (database, before);
    }

    // MySQL answers, and the sidecar is about to take its mark away.
    private async Task<RequestHold> HoldProofAsync(TestDatabase database, RunHandle<MySqlRestore> run)
    {
        await run.ReportsAsync("a swap that is done", restore => restore.Status?.Report is { SwapOpen: true, ResumedAt: not null });
        var hold = RequestHold.Begin(
            cluster, request => request is { Resource: "statefulsets", Verb: "patch", Subresource: "" } && request.Namespace == database.Namespace);
        await hold.ReachedAsync();
        return hold;
    }
}
