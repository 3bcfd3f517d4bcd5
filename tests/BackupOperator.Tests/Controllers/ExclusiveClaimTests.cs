using BackupOperator.Core.Backups;
using BackupOperator.Core.Naming;
using BackupOperator.Core.Restores;
using BackupOperator.Tests.Scripted;

namespace BackupOperator.Tests.Controllers;

/// <summary>The claim is ReadWriteOncePod: the pod of a Job cannot start before MySQL's pod is gone.</summary>
public sealed class ExclusiveClaimTests
{
    private const string InUse = "0/1 nodes are available: 1 node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode.";

    [Fact]
    public async Task MySQL_is_stopped_when_everything_else_is_known_to_be_there_and_comes_back_when_the_Job_has_ended()
    {
        await using var cluster = await StartAsync();
        var backup = await cluster.ApplyAsync(Samples.Backup());
        var check = await cluster.SidecarAsync(backup, JobPurpose.Preflight);
        check.Run.Kind.ShouldBe(RunKind.Preflight);
        var mounts = (await cluster.Client.GetAsync<V1Job>(check.JobName, Samples.Namespace))!.Spec!.Template!.Spec!.Volumes!;
        mounts.ShouldContain(v => v.PersistentVolumeClaim != null && v.PersistentVolumeClaim.ClaimName == "backups");
        mounts.ShouldNotContain(v => v.PersistentVolumeClaim != null && v.PersistentVolumeClaim.ClaimName == "data-db-0");
        (await cluster.Client.GetAsync<V1Job>(RunNames.Job("nightly", backup.Metadata.Uid!), Samples.Namespace)).ShouldBeNull();
        await check.EndsAsync();

        var sidecar = await cluster.SidecarAsync(backup, starts: false);
        sidecar.Run.Target.ExclusiveClaim.ShouldBeTrue();
        (await cluster.SetAsync()).Spec!.Replicas.ShouldBe(1);
        await sidecar.IsUnschedulableAsync(InUse);

        await cluster.GoneAsync<V1Pod>("db-0", "MySQL is stopped");
        var mark = QuiesceMark.Parse((await cluster.SetAsync()).Annotation(QuiesceMark.Annotation))!;
        mark.ShouldSatisfyAllConditions(m => m.Pod.ShouldBe(sidecar.Pod), m => m.Replicas.ShouldBe(1), m => m.Run.ShouldBe(backup.Metadata.Uid));
        (mark.Deadline - mark.Since).ShouldBe(TimeSpan.FromMinutes(31));
        await cluster.BackupAsync("nightly", b => b.Status is { Phase: BackupPhase.Quiescing, Target.Stop.Seen: true }, "Quiescing");

        // As a real sidecar: it scales up, ends, and has not seen MySQL answer.
        await sidecar.StartsAsync();
        await sidecar.ReportAsync(new RunReport { Step = RunStep.Archiving, StoppedAt = mark.Since, LockedAt = mark.Since });
        await sidecar.ScaleUpAsync(mark.ToAnnotation());
        await sidecar.SucceedAsync(FakeSidecar.Success(sidecar.Run) with { StoppedAt = mark.Since, AnsweredAt = null });

        var done = await cluster.BackupAsync("nightly", b => b.Status.Phase == BackupPhase.Completed, "Completed");
        done.Status.DowntimeSeconds.ShouldNotBeNull().ShouldBeGreaterThan(0);
        done.Status.Conditions!.Single(c => c.Type == "DatabaseRestored").Status.ShouldBe("True");
        await cluster.DatabaseRunsAsync();
        await Eventually.GetAsync(
            () => cluster.Client.GetAsync<V1Job>(check.JobName, Samples.Namespace), job => job.Spec!.TtlSecondsAfterFinished is not null, "a time to live of the first Job");
    }

    [Fact]
    public async Task What_a_backup_lacks_is_told_before_MySQL_is_touched()
    {
        await using var cluster = await StartAsync();
        var before = (await cluster.SetAsync()).Metadata.Generation;
        var backup = await cluster.ApplyAsync(Samples.Backup());
        var check = await cluster.SidecarAsync(backup, JobPurpose.Preflight);
        await check.DieAsync((int)ExitCode.StorageRefused, failure: new RunFailure { Reason = FailureReason.StorageRefused, Message = "The bucket refuses the key.", Retryable = false });

        var failed = await cluster.BackupAsync("nightly", b => b.Status.Phase == BackupPhase.Failed, "Failed");
        failed.Status.Failure!.Reason.ShouldBe(FailureReason.StorageRefused);
        failed.Status.Failure.Message.ShouldBe("The bucket refuses the key.");
        (await cluster.SetAsync()).Metadata.Generation.ShouldBe(before);
        (await cluster.Client.GetAsync<V1Job>(RunNames.Job("nightly", backup.Metadata.Uid!), Samples.Namespace)).ShouldBeNull();
    }

    [Fact]
    public async Task A_pod_that_waits_for_something_else_stops_nothing()
    {
        await using var cluster = await StartAsync();
        var before = (await cluster.SetAsync()).Metadata.Generation;
        var backup = await cluster.ApplyAsync(Samples.Backup());
        await (await cluster.SidecarAsync(backup, JobPurpose.Preflight)).EndsAsync();
        var sidecar = await cluster.SidecarAsync(backup, starts: false);
        await sidecar.IsUnschedulableAsync("0/1 nodes are available: 1 Insufficient memory.");

        await cluster.BackupAsync("nightly", b => b.Status.Message?.Contains("Insufficient memory", StringComparison.Ordinal) == true, "its words");
        await cluster.PatchAsync<MySqlBackup>("nightly", new System.Text.Json.Nodes.JsonObject { ["spec"] = new System.Text.Json.Nodes.JsonObject { ["cancel"] = true } });
        await cluster.Client.DeleteAsync<V1Pod>(sidecar.Pod, Samples.Namespace, new DeleteRequest(GracePeriodSeconds: 0));
        await cluster.BackupAsync("nightly", b => b.Status.Phase == BackupPhase.Cancelled, "Cancelled");
        (await cluster.SetAsync()).Metadata.Generation.ShouldBe(before);
    }

    [Fact]
    public async Task When_the_sidecar_dies_MySQL_comes_back_and_is_stopped_again_for_the_next_one()
    {
        await using var cluster = await StartAsync();
        var backup = await cluster.ApplyAsync(Samples.Backup());
        await (await cluster.SidecarAsync(backup, JobPurpose.Preflight)).EndsAsync();
        var first = await cluster.SidecarAsync(backup, starts: false);
        await first.IsUnschedulableAsync(InUse);
        await cluster.GoneAsync<V1Pod>("db-0", "MySQL is stopped");
        await first.StartsAsync();
        await first.DieAsync(last: false);

        await cluster.DatabaseRunsAsync();
        var second = await first.NextAsync();
        await second.IsUnschedulableAsync(InUse);
        await cluster.GoneAsync<V1Pod>("db-0", "MySQL is stopped again");
        QuiesceMark.Parse((await cluster.SetAsync()).Annotation(QuiesceMark.Annotation))!.Pod.ShouldBe(second.Pod);
        await second.StartsAsync();
        await second.DieAsync();

        await cluster.DatabaseRunsAsync();
        (await cluster.BackupAsync("nightly", b => b.Status.Phase == BackupPhase.Failed, "Failed")).Status.Failure!.Reason.ShouldBe(FailureReason.SidecarDied);
    }

    [Fact]
    public async Task A_mark_that_someone_takes_away_before_the_pod_starts_leaves_nothing_stopped()
    {
        await using var cluster = await StartAsync();
        var backup = await cluster.ApplyAsync(Samples.Backup());
        await (await cluster.SidecarAsync(backup, JobPurpose.Preflight)).EndsAsync();
        var sidecar = await cluster.SidecarAsync(backup, starts: false);
        await sidecar.IsUnschedulableAsync(InUse);
        await cluster.BackupAsync("nightly", b => b.Status.Target?.Stop?.Seen == true, "stopped");

        await cluster.PatchAsync<V1StatefulSet>("db", new System.Text.Json.Nodes.JsonObject
        {
            ["metadata"] = new System.Text.Json.Nodes.JsonObject { ["annotations"] = new System.Text.Json.Nodes.JsonObject { [QuiesceMark.Annotation] = null } },
        });
        await cluster.BackupAsync("nightly", b => b.Status.Ending?.Reason == FailureReason.TargetChanged, "an ending");
        await cluster.Client.DeleteAsync<V1Pod>(sidecar.Pod, Samples.Namespace, new DeleteRequest(GracePeriodSeconds: 0));

        (await cluster.BackupAsync("nightly", b => b.Status.Phase == BackupPhase.Failed, "Failed")).Status.Failure!.Reason.ShouldBe(FailureReason.TargetChanged);
        await cluster.DatabaseRunsAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whenever_the_operator_dies_on_the_way_to_the_stop_it_goes_on(bool changeIsMade)
    {
        await using var cluster = await StartAsync(startOperator: false);
        var deaths = 0;
        for (var lastChange = changeIsMade ? 1 : 2; lastChange <= 22; lastChange += 2)
        {
            DyingClient? dying = null;
            cluster.StartOperator(real => dying = new DyingClient(real, lastChange, changeIsMade));
            var watch = Task.Run(async () =>
            {
                while (dying is null)
                {
                    await Task.Delay(5, TestContext.Current.CancellationToken);
                }

                await dying.Died;
                await cluster.StopOperatorAsync();
                cluster.StartOperator();
            });
            var name = $"run{lastChange}";
            var backup = await cluster.ApplyAsync(Samples.Backup(name));
            await (await cluster.SidecarAsync(backup, JobPurpose.Preflight)).EndsAsync();
            var sidecar = await cluster.SidecarAsync(backup, starts: false);
            await sidecar.IsUnschedulableAsync(InUse);
            await cluster.GoneAsync<V1Pod>("db-0", "MySQL is stopped");
            var mark = (await cluster.SetAsync()).Annotation(QuiesceMark.Annotation)!;
            await sidecar.StartsAsync();
            await sidecar.ScaleUpAsync(mark);
            await sidecar.SucceedAsync(FakeSidecar.Success(sidecar.Run) with { AnsweredAt = null });

            await cluster.BackupAsync(name, b => b.Status.Phase == BackupPhase.Completed && b.Metadata.Finalizers is not { Count: > 0 }, $"death at change {lastChange}");
            await cluster.DatabaseRunsAsync();
            var died = dying!.Died.IsCompleted;
            deaths += died ? 1 : 0;
            if (died)
            {
                await watch;
            }

            await cluster.StopOperatorAsync();
        }

        deaths.ShouldBeGreaterThan(7, "the story must have been cut on all of its way");
    }

    [Fact]
    public async Task A_restore_is_refused_because_MySQL_could_not_be_tried_beside_it()
    {
        await using var cluster = await StartAsync();
        await cluster.ApplyAsync(Samples.Restore());

        var refused = await cluster.RestoreAsync("back", r => r.Status.Phase == RestorePhase.Failed, "refused");
        refused.Status.Conditions!.Single(c => c.Type == "Accepted").ShouldSatisfyAllConditions(
            c => c.Status.ShouldBe("False"), c => c.Message!.ShouldContain("data-db-0"), c => c.Message!.ShouldContain("ReadWriteOnce"));
        (await cluster.SetAsync()).Spec!.Replicas.ShouldBe(1);
    }

    private static async Task<ScriptedCluster> StartAsync(bool startOperator = true)
    {
        var cluster = await ScriptedCluster.StartAsync(startOperator: false);
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
        if (startOperator)
        {
            cluster.StartOperator();
        }

        return cluster;
    }
}
