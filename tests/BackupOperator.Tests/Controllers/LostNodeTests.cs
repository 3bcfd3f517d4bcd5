using System.Text.Json.Nodes;
using BackupOperator.Core.Backups;
using BackupOperator.Core.Naming;
using BackupOperator.Tests.Scripted;

namespace BackupOperator.Tests.Controllers;

/// <summary>Takes a minute: so long is a pod waited for that should be gone.</summary>
public sealed class LostNodeTests
{
    [Fact]
    public async Task A_cancelled_run_whose_pod_never_ends_gives_back_the_lease_and_the_database()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var sidecar = await cluster.SidecarAsync(await cluster.ApplyAsync(Samples.Backup()), node: "node-1");
        await sidecar.QuiesceAsync();
        await cluster.PatchAsync<MySqlBackup>("nightly", new JsonObject { ["spec"] = new JsonObject { ["cancel"] = true } });
        await Eventually.GetAsync(() => cluster.Client.GetAsync<V1Pod>(sidecar.Pod, Samples.Namespace), p => p.Metadata.DeletionTimestamp is not null, "its pod is to end");
        await cluster.Client.DeleteAsync<V1Pod>(sidecar.Pod, Samples.Namespace, new DeleteRequest(GracePeriodSeconds: 1));

        await Eventually.GetAsync(
            () => cluster.Client.GetAsync<MySqlBackup>("nightly", Samples.Namespace),
            b => b.Status.Phase == BackupPhase.Cancelled && b.Metadata.Finalizers is not { Count: > 0 }, "Cancelled", TimeSpan.FromMinutes(3));

        await cluster.DatabaseRunsAsync();
        await cluster.GoneAsync<V1Lease>(RunNames.Lease("db"), "the Lease");
        (await cluster.Client.GetAsync<V1Pod>(sidecar.Pod, Samples.Namespace)).ShouldNotBeNull("nobody has heard of its node");
        (await cluster.Client.GetAsync<V1Job>(sidecar.JobName, Samples.Namespace)).ShouldNotBeNull("it waits for the pod").Metadata.DeletionTimestamp.ShouldNotBeNull();
    }
}
