using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using BackupOperator.LocalCluster.ApiServer.Faults;
using BackupOperator.Tests.Scripted;

namespace BackupOperator.Tests.Health;

/// <summary>Two operators as processes, as a Deployment runs them.</summary>
public sealed class ReplicasTests
{
    private const string Lease = "mysql-backup-operator-leader";

    [Fact]
    public async Task One_works_the_other_stands_by_ready_and_takes_over_as_soon_as_the_first_is_told_to_stop()
    {
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        await using var first = new OperatorUnderTest(cluster.Server.KubeconfigPath);
        await first.LeadsAsync();
        await using var second = new OperatorUnderTest(cluster.Server.KubeconfigPath);
        await second.ReadyAsync();
        (await second.MetricsAsync()).ShouldContain("\nmysqlbackup_leader 0\n");
        (await first.MetricsAsync()).ShouldContain("\nmysqlbackup_reconcile_errors_total{controller=\"MySqlBackupController\"} 0\n");
        (await first.StatusAsync("/healthz")).ShouldBe(200);
        (await second.StatusAsync("/healthz")).ShouldBe(200);

        // Idle costs at most one request a second, for both together.
        var before = await RequestsAsync(first, second);
        var clock = Stopwatch.StartNew();
        await Task.Delay(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        var rate = (await RequestsAsync(first, second) - before) / clock.Elapsed.TotalSeconds;
        TestContext.Current.TestOutputHelper?.WriteLine($"{rate:0.00} requests a second");
        rate.ShouldBeInRange(0.3, 1);

        clock.Restart();
        first.Terminate();
        (await first.ExitCodeAsync(TimeSpan.FromSeconds(10))).ShouldBe(0);
        await second.LeadsAsync();
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10), "the Lease of 15 s was given back");
        second.Terminate();
        (await second.ExitCodeAsync(TimeSpan.FromSeconds(10))).ShouldBe(0);
    }

    [Fact]
    public async Task Whoever_loses_the_lease_ends_at_once_and_not_with_success()
    {
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        await using var leader = new OperatorUnderTest(cluster.Server.KubeconfigPath);
        await leader.LeadsAsync();

        await cluster.Client.PatchAsync<V1Lease>(
            Lease, "default", KubernetesPatch.Merge(new JsonObject { ["spec"] = new JsonObject { ["holderIdentity"] = "someone else" } }));

        (await leader.ExitCodeAsync(TimeSpan.FromSeconds(10))).ShouldBe((int)ExitCode.Unexpected);
    }

    [Fact]
    public async Task A_stop_waits_for_the_reconcile_that_runs()
    {
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        await using var leader = new OperatorUnderTest(cluster.Server.KubeconfigPath);
        await leader.LeadsAsync();
        using var slow = cluster.Server.Faults.Add(
            r => r.Resource == "mysqlbackups" && r.Verb == "patch" && r.Subresource == "status", new Fault { Delay = TimeSpan.FromSeconds(4) }, times: 1);
        await cluster.ApplyAsync(Samples.Backup());
        await leader.UntilAsync(() => Task.FromResult(slow.Struck == 1), "the operator is writing");

        leader.Terminate();

        (await leader.ExitCodeAsync(TimeSpan.FromSeconds(30))).ShouldBe(0);
        var backup = (await cluster.Client.GetAsync<MySqlBackup>("nightly", Samples.Namespace))!;
        backup.Status.Phase.ShouldNotBeNull("what it was writing was written");
        (await cluster.Client.GetAsync<V1Lease>(Lease, "default"))!.Spec!.HolderIdentity.ShouldBe("");
    }

    [Fact]
    public async Task Without_the_first_lists_it_is_alive_and_not_ready()
    {
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        using var fault = cluster.Server.Faults.Add(r => r.Verb == "list" && r.Resource == "jobs", new Fault { Answer = HttpStatusCode.Forbidden });
        await using var leader = new OperatorUnderTest(cluster.Server.KubeconfigPath);
        await leader.UntilAsync(() => Task.FromResult(fault.Struck > 1), "it has tried");

        (await leader.StatusAsync("/healthz")).ShouldBe(200);
        (await leader.StatusAsync("/readyz")).ShouldBe(503);
        fault.Dispose();
        await leader.ReadyAsync();
    }

    private static async Task<double> RequestsAsync(OperatorUnderTest first, OperatorUnderTest second) =>
        await first.SumAsync("mysqlbackup_api_requests_total") + await second.SumAsync("mysqlbackup_api_requests_total");
}
