using BackupOperator.Core.Conditions;
using BackupOperator.Core.Restores;
using BackupOperator.Restores;
using BackupOperator.Tests.Scripted;

namespace BackupOperator.Tests.Controllers;

/// <summary>A restore brings one pod's data back; what the others have is told.</summary>
public sealed class OtherReplicasTests
{
    [Fact]
    public async Task A_restore_of_one_of_several_pods_names_the_others_at_its_start_and_at_its_end()
    {
        await using var cluster = await ScriptedCluster.StartAsync(replicas: 3);
        await cluster.CreateClaimAsync("data-db-1");
        var restore = Samples.Restore();
        restore.Spec.Target.Ordinal = 1;
        restore = await cluster.ApplyAsync(restore);
        var sidecar = await cluster.SidecarAsync(restore);

        var warning = await cluster.EventAsync(restore, RestorePlanner.OtherReplicasKeepTheirData);
        warning.Type.ShouldBe("Warning");
        warning.Message.ShouldNotBeNull().ShouldSatisfyAllConditions(m => m.ShouldContain("Only pod db-1 gets"), m => m.ShouldContain("db-0, db-2 will be stopped"));
        (await cluster.RestoreAsync("back", _ => true, "under way")).Status.Conditions!.ShouldNotContain(c => c.Type == ConditionType.AllReplicasRestored);
        await sidecar.SucceedAsync();

        var done = await cluster.RestoreAsync("back", r => r.Status.Phase == RestorePhase.Completed, "Completed");
        done.Status.Conditions!.Single(c => c.Type == ConditionType.AllReplicasRestored).ShouldSatisfyAllConditions(
            c => c.Status.ShouldBe("False"),
            c => c.Reason.ShouldBe(RestorePlanner.OtherReplicasKeepTheirData),
            c => c.Message.ShouldNotBeNull().ShouldContain("Only pod db-1 has the backup's data; db-0, db-2 still have the data of before"),
            c => c.Message!.ShouldContain("delete pvc data-db-0 data-db-2 --wait=false && kubectl -n shop delete pod db-0 db-2"));
        await Eventually.GetAsync(
            async () => (await cluster.Client.ListAsync<V1Event>(Samples.Namespace)).Items.FirstOrDefault(e => e.Reason == RestorePlanner.OtherReplicasKeepTheirData && e.Message!.Contains("still have", StringComparison.Ordinal)),
            _ => true,
            "the event at the end");
    }

    [Fact]
    public async Task Of_a_single_pod_there_is_nothing_to_tell()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        await (await cluster.SidecarAsync(await cluster.ApplyAsync(Samples.Restore()))).SucceedAsync();

        var done = await cluster.RestoreAsync("back", r => r.Status.Phase == RestorePhase.Completed, "Completed");
        done.Status.Conditions!.ShouldNotContain(c => c.Type == ConditionType.AllReplicasRestored);
    }

    [Theory]
    [InlineData(2, 0, 0, "data-db-0", new[] { "db-1" })]
    [InlineData(3, 5, 6, "data-db-6", new[] { "db-5", "db-7" })]
    [InlineData(3, 0, 0, "everybodys", new string[0])]
    [InlineData(1, 0, 0, "data-db-0", new string[0])]
    public void They_are_those_that_have_claims_of_their_own(int replicas, int first, int ordinal, string claim, string[] others)
    {
        var restore = Samples.Restore();
        restore.Status.Target = new RecordedTarget { Replicas = replicas, FirstOrdinal = first == 0 ? null : first, Ordinal = ordinal, Pod = $"db-{ordinal}", Claim = claim };

        OtherReplicas.Of(restore).ShouldBe(others);
        (OtherReplicas.Left(restore) is null).ShouldBe(others.Length == 0);
    }
}
