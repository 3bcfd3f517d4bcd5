using System.Text.Json.Nodes;
using BackupOperator.Core.Restores;
using BackupOperator.Restores;
using BackupOperator.Tests.Scripted;

namespace BackupOperator.Tests.Controllers;

/// <summary>What a restore's phase says is what is on the disk, and what it has put aside is not forgotten.</summary>
public sealed class RestoreEndTests
{
    [Fact]
    public async Task A_restore_that_is_cancelled_too_late_is_completed_and_keeps_the_data_of_before()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var sidecar = await cluster.SidecarAsync(await cluster.ApplyAsync(Samples.Restore()));
        await sidecar.QuiesceAsync();
        await sidecar.ReportAsync(FakeSidecar.Success(sidecar.Run) with { SwapOpen = false });
        await cluster.PatchAsync<MySqlRestore>("back", new JsonObject { ["spec"] = new JsonObject { ["cancel"] = true } });

        var done = await cluster.RestoreAsync("back", r => r.Status.Phase is RestorePhase.Completed or RestorePhase.Cancelled, "the end");
        done.Status.Phase.ShouldBe(RestorePhase.Completed);
        done.Status.PreviousData.ShouldNotBeNull();
        done.Status.Ending.ShouldBeNull();
        PreviousDataFinalizer.IsOn(done).ShouldBeTrue();
    }

    [Fact]
    public async Task A_restore_that_died_after_its_swap_is_rolled_back_though_MySQL_runs()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var single = Samples.Restore();
        single.Spec.BackoffLimit = 0;
        var restore = await cluster.ApplyAsync(single);
        var sidecar = await cluster.SidecarAsync(restore);
        await sidecar.QuiesceAsync();
        await sidecar.ResumeAsync();
        var report = new RunReport { Step = RunStep.Resuming, SwapOpen = true, StoppedAt = DateTimeOffset.UtcNow, ResumedAt = DateTimeOffset.UtcNow };
        await sidecar.ReportAsync(report);
        await sidecar.DieAsync();

        var rollBack = await cluster.SidecarAsync(restore, JobPurpose.RollBack);
        await rollBack.SucceedAsync(report with { Step = RunStep.Failed, SwapOpen = false });

        var failed = await cluster.RestoreAsync("back", r => r.Status.Phase == RestorePhase.Failed && r.Metadata.Finalizers is not { Count: > 0 }, "Failed");
        failed.Status.Failure!.Message!.ShouldNotContain("swap");
    }

    [Theory]
    [InlineData("3s", false)]
    [InlineData("24h", true)]
    public async Task A_deletion_waits_for_the_data_of_before_as_long_as_its_claim_is_there(string keep, bool claimGoes)
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var restore = Samples.Restore();
        restore.Spec.Safety.KeepPrevious = keep;
        restore = await cluster.ApplyAsync(restore);
        await (await cluster.SidecarAsync(restore)).SucceedAsync();
        await cluster.RestoreAsync("back", r => r.Status.Phase == RestorePhase.Completed && r.Metadata.Finalizers is [PreviousDataFinalizer.Name], "the end of the run");
        if (claimGoes)
        {
            await cluster.Client.DeleteAsync<V1PersistentVolumeClaim>("data-db-0", Samples.Namespace);
        }

        await cluster.Client.DeleteAsync<MySqlRestore>("back", Samples.Namespace);
        if (!claimGoes)
        {
            await (await cluster.SidecarAsync(restore, JobPurpose.RemovePrevious)).EndsAsync();
        }

        await cluster.GoneAsync<MySqlRestore>("back", "the restore");
    }
}
