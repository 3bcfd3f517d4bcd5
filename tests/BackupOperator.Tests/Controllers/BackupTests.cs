using System.Text.Json.Nodes;
using BackupOperator.Core.Backups;
using BackupOperator.Core.Naming;
using BackupOperator.Runs;
using BackupOperator.Tests.Scripted;

namespace BackupOperator.Tests.Controllers;

public sealed class BackupTests
{
    [Fact]
    public async Task A_backup_goes_from_the_resource_to_Completed_and_gives_everything_back()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var backup = await cluster.ApplyAsync(Samples.Backup());
        var sidecar = await cluster.SidecarAsync(backup);
        sidecar.Run.Target.Replicas.ShouldBe(1);

        var prepared = await cluster.BackupAsync("nightly", b => b.Status.Job is not null, "the Job is recorded");
        prepared.Status.Phase.ShouldBe(BackupPhase.Preparing);
        prepared.Status.Target!.Claim.ShouldBe("data-db-0");
        prepared.Status.Path.ShouldBe(sidecar.Run.Path);
        prepared.Metadata.Finalizers.ShouldNotBeNull().ShouldContain(RunFinalizer.Name);
        (await cluster.Client.GetAsync<V1Lease>(RunNames.Lease("db"), Samples.Namespace))!.Spec!.HolderIdentity.ShouldBe($"MySqlBackup/nightly/{backup.Metadata.Uid}");

        await sidecar.AtAsync(RunStep.Precopying);
        await cluster.BackupAsync("nightly", b => b.Status.Phase == BackupPhase.Precopying, "Precopying");
        await sidecar.QuiesceAsync();
        await cluster.BackupAsync("nightly", b => b.Status.Phase == BackupPhase.Archiving && Is(b, "DatabaseStopped", "True"), "Archiving");
        await sidecar.ResumeAsync();
        await sidecar.SucceedAsync();

        var done = await cluster.BackupAsync("nightly", b => b.Status.Phase == BackupPhase.Completed, "Completed");
        Is(done, "Complete", "True").ShouldBeTrue();
        Is(done, "DatabaseRestored", "True").ShouldBeTrue();
        Is(done, "Uploaded", "True").ShouldBeTrue();
        Is(done, "Verified", "True").ShouldBeTrue();
        done.Status.Failure.ShouldBeNull();
        done.Status.ManifestDigest.ShouldBe("sha256:00");
        done.Status.DowntimeSeconds.ShouldBe(3);
        done.Status.Size!.Stored.ShouldBe("1Mi");
        done.Status.PhaseTimes!.Keys.ShouldBeSubsetOf(["Queued", "Preparing", "Precopying", "Quiescing", "Archiving", "Resuming", "Uploading", "Verifying", "Completed"]);

        await cluster.BackupAsync("nightly", b => b.Metadata.Finalizers is not { Count: > 0 }, "the finalizer goes");
        (await cluster.Client.GetAsync<V1Lease>(RunNames.Lease("db"), Samples.Namespace)).ShouldBeNull();
        (await cluster.Client.GetAsync<V1Role>(sidecar.JobName, Samples.Namespace)).ShouldBeNull();
        (await cluster.Client.GetAsync<V1Job>(sidecar.JobName, Samples.Namespace))!.Spec!.TtlSecondsAfterFinished.ShouldBe(4 * 3600);
    }

    [Fact]
    public async Task The_sidecar_gets_these_rights_and_no_others()
    {
        await using var cluster = await ScriptedCluster.StartAsync(replicas: 2);
        var backup = await cluster.ApplyAsync(Samples.Backup());
        var sidecar = await cluster.SidecarAsync(backup);

        var role = (await cluster.Client.GetAsync<V1Role>(sidecar.JobName, Samples.Namespace))!;
        role.Rules!.Select(r => $"{string.Join(',', r.Resources!)} {string.Join(',', r.ResourceNames!)}: {string.Join(',', r.Verbs!)}").ShouldBe(
        [
            "statefulsets db: get,patch", "pods db-0,db-1: get", "mysqlbackups,mysqlbackups/status nightly: get,patch",
        ]);
        role.Metadata.OwnerReferences!.Single().Uid.ShouldBe(backup.Metadata.Uid);
    }

    [Fact]
    public async Task A_sidecar_that_is_killed_without_another_try_leaves_a_running_database_and_a_true_story()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var sidecar = await cluster.SidecarAsync(await cluster.ApplyAsync(Samples.Backup()));
        await sidecar.QuiesceAsync();
        await sidecar.DieAsync();

        var failed = await cluster.BackupAsync("nightly", b => b.Status.Phase == BackupPhase.Failed, "Failed");
        failed.Status.Failure!.Reason.ShouldBe(FailureReason.SidecarDied);
        failed.Status.Failure.Message.ShouldNotBeNull().ShouldContain("SIGKILL");
        failed.Status.Failure.Runbook.ShouldBeNull();
        Is(failed, "DatabaseRestored", "True").ShouldBeTrue();
        Is(failed, "Complete", "False").ShouldBeTrue();
        await cluster.DatabaseRunsAsync();
    }

    [Fact]
    public async Task A_sidecar_that_is_killed_and_retried_finds_a_running_database_and_completes()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var first = await cluster.SidecarAsync(await cluster.ApplyAsync(Samples.Backup()));
        await first.QuiesceAsync();
        await first.DieAsync(last: false);
        await cluster.DatabaseRunsAsync();

        var second = await first.NextAsync();
        await second.QuiesceAsync();
        await second.ResumeAsync();
        await second.SucceedAsync();

        var done = await cluster.BackupAsync("nightly", b => b.Status.Phase is BackupPhase.Completed or BackupPhase.Failed, "the end");
        done.Status.Phase.ShouldBe(BackupPhase.Completed);
        done.Status.Attempt.ShouldBe(2);
    }

    [Fact]
    public async Task A_sidecar_that_hangs_has_until_the_deadline()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var sidecar = await cluster.SidecarAsync(await cluster.ApplyAsync(Samples.Backup()));
        await sidecar.QuiesceAsync(maxDowntime: TimeSpan.FromSeconds(1));

        await cluster.DatabaseRunsAsync();
        (await cluster.BackupAsync("nightly", _ => true, "there")).Status.Phase.ShouldNotBe(BackupPhase.Failed, "the sidecar may still say what happened");
    }

    [Fact]
    public async Task What_the_sidecar_says_is_the_cause()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var sidecar = await cluster.SidecarAsync(await cluster.ApplyAsync(Samples.Backup()));
        await sidecar.AtAsync(RunStep.Checking);
        await sidecar.DieAsync(67, failure: new RunFailure { Reason = FailureReason.StorageRefused, Message = "bucket b: access denied", Retryable = false });

        var failed = await cluster.BackupAsync("nightly", b => b.Status.Phase == BackupPhase.Failed, "Failed");
        failed.Status.Failure!.Reason.ShouldBe(FailureReason.StorageRefused);
        failed.Status.Failure.Message.ShouldBe("bucket b: access denied");
        failed.Status.DowntimeSeconds.ShouldBeNull();
    }

    [Fact]
    public async Task Success_without_a_result_is_no_success()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var sidecar = await cluster.SidecarAsync(await cluster.ApplyAsync(Samples.Backup()));
        await sidecar.SucceedAsync(new RunReport { Step = RunStep.Done });

        var failed = await cluster.BackupAsync("nightly", b => b.Status.Phase is BackupPhase.Failed or BackupPhase.Completed, "the end");
        failed.Status.Failure!.Reason.ShouldBe(FailureReason.ResultMissing);
    }

    [Fact]
    public async Task A_mark_that_a_finished_sidecar_left_is_removed_before_Completed()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var sidecar = await cluster.SidecarAsync(await cluster.ApplyAsync(Samples.Backup()));
        await sidecar.QuiesceAsync();
        await sidecar.SucceedAsync();

        await cluster.BackupAsync("nightly", b => b.Status.Phase == BackupPhase.Completed, "Completed");
        (await cluster.SetAsync()).Annotation(QuiesceMark.Annotation).ShouldBeNull();
        (await cluster.SetAsync()).Spec!.Replicas.ShouldBe(1);
    }

    [Fact]
    public async Task A_job_that_someone_deletes_ends_the_run_with_a_running_database()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var sidecar = await cluster.SidecarAsync(await cluster.ApplyAsync(Samples.Backup()));
        await sidecar.QuiesceAsync();
        await cluster.BackupAsync("nightly", b => b.Status.Phase == BackupPhase.Archiving, "Archiving");
        await cluster.Client.DeleteAsync<V1Job>(sidecar.JobName, Samples.Namespace, new DeleteRequest(DeletionPropagation.Background));

        var failed = await cluster.BackupAsync("nightly", b => b.Status.Phase == BackupPhase.Failed, "Failed");
        failed.Status.Failure!.Reason.ShouldBe(FailureReason.JobDeleted);
        await cluster.DatabaseRunsAsync();
    }

    [Fact]
    public async Task Cancelling_ends_the_job_and_brings_the_database_back()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var sidecar = await cluster.SidecarAsync(await cluster.ApplyAsync(Samples.Backup()));
        await sidecar.QuiesceAsync();
        await cluster.PatchAsync<MySqlBackup>("nightly", new JsonObject { ["spec"] = new JsonObject { ["cancel"] = true } });

        var cancelled = await cluster.BackupAsync("nightly", b => b.Status.Phase == BackupPhase.Cancelled, "Cancelled");
        await cluster.DatabaseRunsAsync();
        cancelled.Status.Failure.ShouldBeNull();
        (await cluster.Client.GetAsync<V1Job>(sidecar.JobName, Samples.Namespace)).ShouldBeNull();
        await cluster.GoneAsync<V1Lease>(RunNames.Lease("db"), "the Lease");
    }

    [Fact]
    public async Task Deleting_a_running_backup_brings_the_database_back_first()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var sidecar = await cluster.SidecarAsync(await cluster.ApplyAsync(Samples.Backup()));
        await sidecar.QuiesceAsync();
        await cluster.Client.DeleteAsync<MySqlBackup>("nightly", Samples.Namespace);

        await cluster.GoneAsync<MySqlBackup>("nightly", "the backup");
        var set = await cluster.SetAsync();
        set.Spec!.Replicas.ShouldBe(1);
        set.Annotation(QuiesceMark.Annotation).ShouldBeNull();
        await cluster.GoneAsync<V1Lease>(RunNames.Lease("db"), "the Lease");
        await cluster.GoneAsync<V1Role>(sidecar.JobName, "the Role");
    }

    [Fact]
    public async Task Deleting_a_running_backup_in_the_foreground_takes_the_sidecars_rights_and_mysql_comes_back_all_the_same()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var sidecar = await cluster.SidecarAsync(await cluster.ApplyAsync(Samples.Backup()), node: "node-1");
        await sidecar.QuiesceAsync();
        await cluster.BackupAsync("nightly", b => b.Status.Phase == BackupPhase.Archiving, "Archiving");
        await cluster.Client.DeleteAsync<MySqlBackup>("nightly", Samples.Namespace, new DeleteRequest(DeletionPropagation.Foreground));

        await cluster.GoneAsync<V1Role>(sidecar.JobName, "the Role");
        await cluster.DatabaseRunsAsync();

        (await cluster.Client.GetAsync<V1Pod>(sidecar.Pod, Samples.Namespace)).ShouldNotBeNull().Metadata.DeletionTimestamp.ShouldNotBeNull("it could not scale up, and is waited for");
        await cluster.Client.DeleteAsync<V1Pod>(sidecar.Pod, Samples.Namespace, new DeleteRequest(GracePeriodSeconds: 0));
        await cluster.GoneAsync<MySqlBackup>("nightly", "the backup");
    }

    [Fact]
    public async Task A_finished_backup_can_be_deleted_without_the_operator()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var sidecar = await cluster.SidecarAsync(await cluster.ApplyAsync(Samples.Backup()));
        await sidecar.SucceedAsync();
        await cluster.BackupAsync("nightly", b => b.Status.Phase == BackupPhase.Completed && b.Metadata.Finalizers is not { Count: > 0 }, "Completed");
        await cluster.StopOperatorAsync();

        await cluster.Client.DeleteAsync<MySqlBackup>("nightly", Samples.Namespace);
        await cluster.GoneAsync<MySqlBackup>("nightly", "the backup");
    }

    [Fact]
    public async Task A_second_backup_of_a_busy_target_waits_and_then_runs()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var first = await cluster.SidecarAsync(await cluster.ApplyAsync(Samples.Backup()));
        var second = await cluster.ApplyAsync(Samples.Backup("second"));
        var waiting = await cluster.BackupAsync("second", b => b.Status.Phase == BackupPhase.Queued && b.Status.Message?.Contains("in use", StringComparison.Ordinal) == true, "Queued");
        waiting.Status.QueuePosition.ShouldBe(1);
        (await cluster.Client.ListAsync<V1Job>(Samples.Namespace)).Items.Count.ShouldBe(1);

        await first.SucceedAsync();
        await (await cluster.SidecarAsync(second)).SucceedAsync();
        await cluster.BackupAsync("second", b => b.Status.Phase == BackupPhase.Completed, "Completed");
    }

    [Fact]
    public async Task A_missing_target_is_waited_for_and_says_so()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var backup = Samples.Backup();
        backup.Spec.Target.StatefulSet = "elsewhere";
        await cluster.ApplyAsync(backup);

        var pending = await cluster.BackupAsync("nightly", b => b.Status.Phase == BackupPhase.Pending, "Pending");
        var accepted = pending.Status.Conditions!.Single(c => c.Type == "Accepted");
        accepted.Status.ShouldBe("False");
        accepted.Reason.ShouldBe(FailureReason.TargetNotFound);
        accepted.Message.ShouldNotBeNull().ShouldContain("spec.target.statefulSet");
    }

    [Fact]
    public async Task A_name_that_is_taken_ends_the_run_and_leaves_the_other_alone()
    {
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        var backup = await cluster.ApplyAsync(Samples.Backup());
        var name = RunNames.Job("nightly", backup.Metadata.Uid!);
        await cluster.Client.CreateAsync(new V1ServiceAccount { Metadata = new V1ObjectMeta { Name = name, Namespace = Samples.Namespace } });
        cluster.StartOperator();

        var failed = await cluster.BackupAsync("nightly", b => b.Status.Phase == BackupPhase.Failed, "Failed");
        failed.Status.Failure!.Reason.ShouldBe(FailureReason.NameConflict);
        failed.Status.Failure.Message.ShouldNotBeNull().ShouldContain($"ServiceAccount shop/{name}");
        (await cluster.Client.ListAsync<V1Job>(Samples.Namespace)).Items.ShouldBeEmpty();
        await cluster.BackupAsync("nightly", b => b.Metadata.Finalizers is not { Count: > 0 }, "the finalizer goes");
        (await cluster.Client.GetAsync<V1ServiceAccount>(name, Samples.Namespace)).ShouldNotBeNull("it is not ours to delete");
    }

    [Fact]
    public async Task A_job_that_the_api_server_refuses_ends_the_run_with_its_words()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var backup = Samples.Backup();
        backup.Spec.Job = new JobOptions { Env = [new V1EnvVar { Name = "", Value = "x" }], Labels = new Dictionary<string, string> { ["not a label!"] = "x" } };
        await cluster.ApplyAsync(backup);

        var failed = await cluster.BackupAsync("nightly", b => b.Status.Phase == BackupPhase.Failed, "Failed");
        failed.Status.Failure!.Reason.ShouldBe(FailureReason.InvalidSpec);
        failed.Status.Failure.Message.ShouldNotBeNull().ShouldContain("spec.job");
    }

    [Fact]
    public async Task A_mark_that_someone_removed_before_the_sidecar_died_does_not_leave_the_database_down()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var sidecar = await cluster.SidecarAsync(await cluster.ApplyAsync(Samples.Backup()));
        await sidecar.QuiesceAsync();
        await cluster.PatchAsync<V1StatefulSet>(
            "db", new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [QuiesceMark.Annotation] = null } } });
        await sidecar.DieAsync();

        await cluster.DatabaseRunsAsync();
        var failed = await cluster.BackupAsync("nightly", b => b.Status.Phase == BackupPhase.Failed, "Failed");
        failed.Status.Failure!.Reason.ShouldBe(FailureReason.SidecarDied);
        failed.Status.Conditions!.Single(c => c.Type == "DatabaseRestored").Status.ShouldBe("True");
    }

    [Fact]
    public async Task A_mark_that_became_unreadable_does_not_leave_the_database_down()
    {
        await using var cluster = await ScriptedCluster.StartAsync(replicas: 2);
        var sidecar = await cluster.SidecarAsync(await cluster.ApplyAsync(Samples.Backup()));
        await sidecar.QuiesceAsync();
        await cluster.PatchAsync<V1StatefulSet>("db", new JsonObject
        {
            ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [QuiesceMark.Annotation] = "spoiled" } },
        });
        await sidecar.DieAsync();

        await cluster.BackupAsync("nightly", b => b.Status.Phase == BackupPhase.Failed, "Failed");
        await cluster.DatabaseRunsAsync();
        (await cluster.SetAsync()).Spec!.Replicas.ShouldBe(2);
    }

    [Fact]
    public async Task A_pod_that_never_starts_fails_the_run_in_time()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var backup = Samples.Backup();
        backup.Spec.Timeouts.Preparing = "1s";
        await cluster.ApplyAsync(backup);

        var failed = await cluster.BackupAsync("nightly", b => b.Status.Phase == BackupPhase.Failed, "Failed");
        failed.Status.Failure!.Reason.ShouldBe(FailureReason.PreparingTimeout);
        await cluster.GoneAsync<V1Job>(RunNames.Job("nightly", failed.Metadata.Uid!), "the Job");
    }

    [Fact]
    public async Task Mysql_that_does_not_come_back_is_told_with_the_commands_and_corrected_when_it_does()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        cluster.Sets.PodsBecomeReady = false;
        var backup = Samples.Backup();
        backup.Spec.Timeouts.Resume = "1s";
        var sidecar = await cluster.SidecarAsync(await cluster.ApplyAsync(backup));
        await sidecar.QuiesceAsync();
        await Eventually.GetAsync(async () => await cluster.Client.GetAsync<V1Pod>("db-0", Samples.Namespace) is null ? "gone" : null, _ => true, "db-0 stops");
        await sidecar.DieAsync();

        var failed = await cluster.BackupAsync("nightly", b => b.Status.Phase == BackupPhase.Failed, "Failed");
        Is(failed, "DatabaseRestored", "False").ShouldBeTrue();
        failed.Status.Failure!.Runbook.ShouldNotBeNull().ShouldContain("kubectl -n shop scale statefulset db --replicas=1");

        cluster.Sets.PodsBecomeReady = true;
        await cluster.Client.DeleteAsync<V1Pod>("db-0", Samples.Namespace, new DeleteRequest(GracePeriodSeconds: 0));
        await cluster.DatabaseRunsAsync();
        await cluster.BackupAsync("nightly", b => Is(b, "DatabaseRestored", "True"), "the condition is corrected");
    }

    private static bool Is(MySqlBackup backup, string type, string status) =>
        backup.Status.Conditions?.Exists(c => c.Type == type && c.Status == status) == true;
}
