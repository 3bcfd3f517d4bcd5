using System.Text.Json.Nodes;
using BackupOperator.Core.Backups;
using BackupOperator.Core.Naming;
using BackupOperator.Core.Restores;
using BackupOperator.Tests.Scripted;

namespace BackupOperator.Tests.Controllers;

/// <summary>Databases of which not all pods would come back as they were.</summary>
public sealed class ReturnTests
{
    [Fact]
    public async Task Pods_that_serve_are_not_stopped_while_another_is_broken_and_the_run_begins_when_it_is_mended()
    {
        await using var cluster = await StartAsync(new JsonObject { ["readyReplicas"] = 2 });
        var backup = await cluster.ApplyAsync(Samples.Backup());

        var waiting = await cluster.BackupAsync("nightly", b => b.Status.Phase == BackupPhase.Pending, "Pending");
        waiting.Status.Message.ShouldNotBeNull().ShouldContain("2 of the 3 pods of StatefulSet db");
        waiting.Status.Conditions!.Single(c => c.Type == "Accepted").Reason.ShouldBe(RunReason.ReplicasNotReady);
        waiting.Status.StartTime.ShouldBeNull();
        (await cluster.Client.GetAsync<V1Job>(RunNames.Job("nightly", backup.Metadata.Uid!), Samples.Namespace)).ShouldBeNull();

        await TellAsync(cluster, new JsonObject { ["readyReplicas"] = 3 });
        await (await cluster.SidecarAsync(backup)).SucceedAsync();
        await cluster.BackupAsync("nightly", b => b.Status.Phase == BackupPhase.Completed, "Completed");
    }

    [Fact]
    public async Task A_rollout_that_never_ends_fails_the_run_in_time_and_an_emergency_does_not_wait_for_it()
    {
        await using var cluster = await StartAsync(new JsonObject { ["readyReplicas"] = 3, ["updateRevision"] = "db-2", ["updatedReplicas"] = 1 });
        var normal = Samples.Restore();
        normal.Spec.Timeouts.Preparing = "1s";
        await cluster.ApplyAsync(normal);

        var failed = await cluster.RestoreAsync("back", r => r.Status.Phase == RestorePhase.Failed, "Failed");
        failed.Status.Failure.ShouldNotBeNull().ShouldSatisfyAllConditions(
            f => f.Reason.ShouldBe(RunReason.RolloutIncomplete), f => f.Retryable.ShouldBe(true), f => f.Message!.ShouldContain("1 of its 3 pods are of revision db-2"));
        failed.Status.StartTime.ShouldBeNull();

        var emergency = Samples.Restore("now");
        emergency.Spec.Priority = RunPriority.Emergency;
        await (await cluster.SidecarAsync(await cluster.ApplyAsync(emergency))).SucceedAsync();
        await cluster.RestoreAsync("now", r => r.Status.Phase == RestorePhase.Completed, "Completed");
    }

    private static async Task<ScriptedCluster> StartAsync(JsonObject status)
    {
        var cluster = await ScriptedCluster.StartAsync(replicas: 3, startOperator: false);
        await TellAsync(cluster, status);
        cluster.StartOperator();
        return cluster;
    }

    private static async Task TellAsync(ScriptedCluster cluster, JsonObject status) =>
        await cluster.Client.PatchAsync<V1StatefulSet>("db", Samples.Namespace, KubernetesPatch.Merge(new JsonObject { ["status"] = status }), "status");
}
