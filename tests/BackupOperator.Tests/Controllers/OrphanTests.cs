using BackupOperator.Core.Backups;
using BackupOperator.Core.Naming;
using BackupOperator.Tests.Scripted;

namespace BackupOperator.Tests.Controllers;

/// <summary>Takes half a minute: so long is a pod waited for that may go with its Job.</summary>
public sealed class OrphanTests
{
    [Fact]
    public async Task A_job_that_is_deleted_without_its_pod_that_has_no_node_ends_the_run()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var sidecar = await cluster.SidecarAsync(await cluster.ApplyAsync(Samples.Backup()), starts: false);
        await sidecar.IsUnschedulableAsync("0/3 nodes are available");
        await cluster.BackupAsync("nightly", b => b.Status.Job?.Uid is not null, "the Job is recorded");
        await cluster.Client.DeleteAsync<V1Job>(sidecar.JobName, Samples.Namespace, new DeleteRequest(DeletionPropagation.Orphan));

        var failed = await Eventually.GetAsync(
            () => cluster.Client.GetAsync<MySqlBackup>("nightly", Samples.Namespace),
            b => b.Status.Phase == BackupPhase.Failed && b.Metadata.Finalizers is not { Count: > 0 }, "Failed", TimeSpan.FromMinutes(2));

        failed.Status.Failure!.Message.ShouldNotBeNull().ShouldContain($"kubectl -n shop delete pod {sidecar.Pod}");
        await cluster.GoneAsync<V1Lease>(RunNames.Lease("db"), "the Lease");
        await cluster.GoneAsync<V1ServiceAccount>(sidecar.JobName, "its account");
        (await cluster.Client.GetAsync<V1Pod>(sidecar.Pod, Samples.Namespace)).ShouldNotBeNull("nobody has ended it");
    }
}
