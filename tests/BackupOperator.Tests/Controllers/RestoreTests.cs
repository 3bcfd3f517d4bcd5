using System.Text.Json.Nodes;
using BackupOperator.Core.Backups;
using BackupOperator.Core.Naming;
using BackupOperator.Core.Restores;
using BackupOperator.Tests.Scripted;

namespace BackupOperator.Tests.Controllers;

public sealed class RestoreTests
{
    [Fact]
    public async Task A_restore_from_a_location_needs_no_backup_resource()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var sidecar = await cluster.SidecarAsync(await cluster.ApplyAsync(Samples.Restore()));
        sidecar.Run.Kind.ShouldBe(RunKind.Restore);
        sidecar.Run.Path.ShouldBe("shop/db/20250304T050607Z-full-u1");
        sidecar.Run.Restore.ShouldBe(new RunRestore { ManifestDigest = null, KeepPrevious = true });

        await sidecar.AtAsync(RunStep.Restoring);
        await cluster.RestoreAsync("back", r => r.Status.Phase == RestorePhase.Restoring, "Restoring");
        await sidecar.QuiesceAsync();
        await sidecar.AtAsync(RunStep.Swapping);
        await cluster.RestoreAsync("back", r => r.Status.Phase == RestorePhase.Swapping, "Swapping");
        await sidecar.ResumeAsync();
        await sidecar.SucceedAsync();

        var done = await cluster.RestoreAsync("back", r => r.Status.Phase == RestorePhase.Completed && Is(r, "PreviousDataRemoved", "False"), "Completed");
        done.Status.PreviousData.ShouldBe($".mysqlbackup-previous-{done.Metadata.Uid}");
        done.Status.PreviousDataExpiresAt.ShouldBe(done.Status.CompletionTime!.Value.AddHours(24));
    }

    [Fact]
    public async Task A_restore_of_a_backup_uses_what_the_backup_has_recorded()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var backup = await cluster.ApplyAsync(Samples.Backup());
        var restore = Samples.Restore();
        restore.Spec.Source = new RestoreSource { Backup = "nightly" };
        await cluster.ApplyAsync(restore);
        var waiting = await cluster.RestoreAsync("back", r => r.Status.Phase == RestorePhase.Pending, "Pending");
        waiting.Status.Message.ShouldNotBeNull().ShouldContain("not Completed yet");

        await (await cluster.SidecarAsync(backup)).SucceedAsync();
        var done = await cluster.BackupAsync("nightly", b => b.Status.Phase == BackupPhase.Completed, "the backup");
        var sidecar = await cluster.SidecarAsync((await cluster.Client.GetAsync<MySqlRestore>("back", Samples.Namespace))!);

        sidecar.Run.Path.ShouldBe(done.Status.Path);
        sidecar.Run.Restore!.ManifestDigest.ShouldBe("sha256:00");
        sidecar.Run.Storage.Volume!.Claim.ShouldBe("backups");
    }

    [Fact]
    public async Task The_latest_backup_is_the_newest_that_is_Completed()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        foreach (var name in new[] { "first", "second" })
        {
            await (await cluster.SidecarAsync(await cluster.ApplyAsync(Samples.Backup(name)))).SucceedAsync();
            await cluster.BackupAsync(name, b => b.Status.Phase == BackupPhase.Completed, name);
        }

        var restore = Samples.Restore();
        restore.Spec.Source = new RestoreSource { Latest = new LatestBackup { StatefulSet = "db" } };
        await cluster.ApplyAsync(restore);

        (await cluster.RestoreAsync("back", r => r.Status.Source is not null, "the source")).Status.Source!.Name.ShouldBe("second");
    }

    [Fact]
    public async Task A_restore_that_died_in_its_swap_is_rolled_back_before_mysql_is_started()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var single = Samples.Restore();
        single.Spec.BackoffLimit = 0;
        var restore = await cluster.ApplyAsync(single);
        var sidecar = await cluster.SidecarAsync(restore);
        await sidecar.QuiesceAsync(maxDowntime: TimeSpan.FromMilliseconds(100), swapping: true);
        await sidecar.AtAsync(RunStep.Swapping);
        await sidecar.DieAsync();

        var rollBack = await cluster.SidecarAsync(restore, JobPurpose.RollBack);
        rollBack.Run.Kind.ShouldBe(RunKind.RollBack);
        (await cluster.SetAsync()).Spec!.Replicas.ShouldBe(0, "MySQL is not started between two data directories");

        await rollBack.ResumeAsync();
        await rollBack.SucceedAsync(new RunReport { Step = RunStep.Failed });
        var failed = await cluster.RestoreAsync("back", r => r.Status.Phase == RestorePhase.Failed, "Failed");
        failed.Status.Failure!.Reason.ShouldBe(FailureReason.SidecarDied);
        failed.Status.Failure.Runbook.ShouldBeNull();
        await cluster.DatabaseRunsAsync();

        // Both Jobs go in time, and the resource may stay.
        await cluster.RestoreAsync("back", r => r.Metadata.Finalizers is not { Count: > 0 }, "its end cleaned up");
        foreach (var name in new[] { RunNames.Job("back", failed.Metadata.Uid!), RunNames.RollBackJob("back", failed.Metadata.Uid!) })
        {
            var job = await cluster.Client.GetAsync<V1Job>(name, Samples.Namespace);
            job.ShouldNotBeNull().Spec!.TtlSecondsAfterFinished.ShouldNotBeNull(name);
        }
    }

    [Fact]
    public async Task A_restore_that_died_in_its_swap_goes_on_in_another_job_without_waiting_for_the_back_off()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var restore = await cluster.ApplyAsync(Samples.Restore());
        var sidecar = await cluster.SidecarAsync(restore);
        await sidecar.QuiesceAsync(swapping: true);
        await sidecar.AtAsync(RunStep.Swapping);
        await cluster.RestoreAsync("back", r => r.Status.Phase == RestorePhase.Swapping, "Swapping");
        var first = (await cluster.Client.GetAsync<V1Job>(sidecar.JobName, Samples.Namespace))!.Metadata.Uid;
        await sidecar.DieAsync(last: false);

        var job = await Eventually.GetAsync(() => cluster.Client.GetAsync<V1Job>(sidecar.JobName, Samples.Namespace), j => j.Metadata.Uid != first, "another Job");
        (await cluster.SetAsync()).Spec!.Replicas.ShouldBe(0, "MySQL is not started between two data directories");
        var next = await FakeSidecar.StartAsync(cluster.Client, job, attempt: 2);
        await next.ResumeAsync();
        await next.SucceedAsync();

        var done = await cluster.RestoreAsync("back", r => r.Status.Phase == RestorePhase.Completed, "Completed");
        done.Status.Attempt!.Value.ShouldBeGreaterThan(1);
        done.Status.Revisions!.ShouldHaveSingleItem().Reason.ShouldBe("SwapInterrupted");
        done.Status.PhaseTimes!.Keys.ShouldNotContain("Failed");
        await cluster.DatabaseRunsAsync();
    }

    [Fact]
    public async Task A_database_that_a_failed_backup_left_is_mended_by_a_restore_and_no_other_backup_touches_it()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        cluster.Sets.PodsBecomeReady = false;
        var broken = Samples.Backup("broken");
        broken.Spec.Timeouts.Resume = "1s";
        broken = await cluster.ApplyAsync(broken);
        var first = await cluster.SidecarAsync(broken);
        await first.QuiesceAsync();
        await cluster.GoneAsync<V1Pod>("db-0", "db-0 stops");
        await first.DieAsync();
        await cluster.BackupAsync("broken", b => b.Status.Phase == BackupPhase.Failed, "Failed");

        await cluster.ApplyAsync(Samples.Backup("next"));
        var waiting = await cluster.BackupAsync("next", b => b.Status.Message?.Contains("MySqlBackup broken", StringComparison.Ordinal) == true, "the next one waits");
        waiting.Status.Phase.ShouldBe(BackupPhase.Queued);

        var restore = Samples.Restore();
        restore.Spec.Priority = RunPriority.Emergency;
        var sidecar = await cluster.SidecarAsync(await cluster.ApplyAsync(restore));
        sidecar.Run.Target.SpentMark.ShouldBe(broken.Metadata.Uid);
        QuiesceMark.Parse((await cluster.SetAsync()).Annotation(QuiesceMark.Annotation))!.Run.ShouldBe(broken.Metadata.Uid, "the guard goes on until MySQL is stopped for the restore");

        await sidecar.QuiesceAsync();
        cluster.Sets.PodsBecomeReady = true;
        await cluster.GoneAsync<V1Pod>("db-0", "db-0 stops");
        await sidecar.ResumeAsync();
        await sidecar.SucceedAsync();

        await cluster.RestoreAsync("back", r => r.Status.Phase == RestorePhase.Completed, "Completed");
        var left = await cluster.BackupAsync("broken", b => b.Status.Phase == BackupPhase.Failed, "the story of the first one");
        left.Status.Conditions!.Single(c => c.Type == "DatabaseRestored").Status.ShouldBe("False");
        (await cluster.SidecarAsync((await cluster.Client.GetAsync<MySqlBackup>("next", Samples.Namespace))!)).Run.Target.SpentMark.ShouldBeNull();
    }

    [Fact]
    public async Task The_data_of_before_is_removed_by_a_job_when_its_time_has_come()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var restore = Samples.Restore();
        restore.Spec.Safety.KeepPrevious = "1s";
        restore = await cluster.ApplyAsync(restore);
        await (await cluster.SidecarAsync(restore)).SucceedAsync();

        var cleanUp = await cluster.SidecarAsync(restore, JobPurpose.RemovePrevious);
        cleanUp.Run.Kind.ShouldBe(RunKind.RemovePrevious);
        await cleanUp.EndsAsync();

        var done = await cluster.RestoreAsync("back", r => Is(r, "PreviousDataRemoved", "True"), "PreviousDataRemoved");
        done.Status.Phase.ShouldBe(RestorePhase.Completed);
        done.Status.PreviousData.ShouldBeNull();
        await cluster.GoneAsync<V1ServiceAccount>(RunNames.Job("back", done.Metadata.Uid!), "the ServiceAccount");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task That_jobs_rights_go_also_where_a_policy_makes_it_expire_or_it_fails(bool succeeds)
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var restore = Samples.Restore();
        restore.Spec.Safety.KeepPrevious = "1s";
        restore = await cluster.ApplyAsync(restore);
        await (await cluster.SidecarAsync(restore)).SucceedAsync();

        var cleanUp = await cluster.SidecarAsync(restore, JobPurpose.RemovePrevious);
        await cluster.PatchAsync<V1Job>(cleanUp.JobName, new JsonObject { ["spec"] = new JsonObject { ["ttlSecondsAfterFinished"] = 600 } });
        await (succeeds ? cleanUp.EndsAsync() : cleanUp.DieAsync());

        await cluster.RestoreAsync("back", r => r.Status.Conditions!.Exists(c => c is { Type: "PreviousDataRemoved", Reason: "Removed" or "RemovalFailed" }), "its end is recorded");
        (await cluster.Client.GetAsync<V1Role>(RunNames.Job("back", restore.Metadata.Uid!), Samples.Namespace)).ShouldBeNull();
        (await cluster.Client.GetAsync<V1ServiceAccount>(RunNames.Job("back", restore.Metadata.Uid!), Samples.Namespace)).ShouldBeNull();
    }

    [Fact]
    public async Task A_backup_and_a_restore_of_one_target_never_run_beside_each_other()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var sidecar = await cluster.SidecarAsync(await cluster.ApplyAsync(Samples.Backup()));
        var restore = await cluster.ApplyAsync(Samples.Restore());
        await cluster.RestoreAsync("back", r => r.Status.Phase == RestorePhase.Queued && r.Status.QueuePosition is not null, "Queued");

        await sidecar.SucceedAsync();
        await (await cluster.SidecarAsync(restore)).SucceedAsync();
        await cluster.RestoreAsync("back", r => r.Status.Phase == RestorePhase.Completed, "Completed");
    }

    private static bool Is(MySqlRestore restore, string type, string status) =>
        restore.Status.Conditions?.Exists(c => c.Type == type && c.Status == status) == true;
}
