using BackupOperator.Core.Backups;
using BackupOperator.Tests.Scripted;

namespace BackupOperator.Tests.Controllers;

public sealed class ExclusiveClaimTests
{
    [Fact]
    public async Task A_claim_that_only_one_pod_may_mount_is_refused_before_anything_is_touched()
    {
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        await cluster.Client.DeleteAsync<V1PersistentVolumeClaim>("data-db-0", Samples.Namespace);
        await cluster.GoneAsync<V1PersistentVolumeClaim>("data-db-0", "the old claim goes");
        await cluster.Client.CreateAsync(new V1PersistentVolumeClaim
        {
            Metadata = new V1ObjectMeta { Name = "data-db-0", Namespace = Samples.Namespace },
            Spec = new V1PersistentVolumeClaimSpec
            {
                AccessModes = ["ReadWriteOncePod"],
                Resources = new V1ResourceRequirements { Requests = new Dictionary<string, ResourceQuantity> { ["storage"] = "1Gi" } },
            },
        });
        cluster.StartOperator();
        await cluster.ApplyAsync(Samples.Backup());

        var refused = await cluster.BackupAsync("nightly", b => b.Status.Phase == BackupPhase.Failed, "refused");
        refused.Status.Conditions!.Single(c => c.Type == "Accepted").ShouldSatisfyAllConditions(
            c => c.Status.ShouldBe("False"), c => c.Message!.ShouldContain("data-db-0"), c => c.Message!.ShouldContain("use ReadWriteOnce"));
        (await cluster.SetAsync()).Spec!.Replicas.ShouldBe(1);
    }
}
