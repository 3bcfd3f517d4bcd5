using BackupOperator.Core.Backups;
using BackupOperator.Kubernetes.Client;
using BackupOperator.Tests.Scripted;

namespace BackupOperator.Tests.Controllers;

public sealed class ScopeTests
{
    [Fact]
    public async Task Only_the_last_replica_stops_and_its_claim_is_what_the_job_mounts()
    {
        await using var cluster = await StartAsync();
        var sidecar = await cluster.SidecarAsync(await cluster.ApplyAsync(Backup(ColdScope.LastReplica)));

        sidecar.Run.Target.ShouldSatisfyAllConditions(
            t => t.QuiescedReplicas.ShouldBe(2), t => t.Replicas.ShouldBe(3), t => t.Pod.ShouldBe("db-2"), t => t.Ordinal.ShouldBe(2),
            t => t.MaxReplicaLag.ShouldBe(TimeSpan.FromSeconds(60)));
        var job = (await cluster.Client.GetAsync<V1Job>(sidecar.JobName, Samples.Namespace))!;
        job.Spec!.Template!.Spec!.Volumes!.Find(v => v.Name == "data")!.PersistentVolumeClaim!.ClaimName.ShouldBe("data-db-2");

        await sidecar.QuiesceAsync();
        var stopped = await cluster.BackupAsync("nightly", b => b.Status.Conditions?.Any(c => c is { Type: "DatabaseStopped", Status: "True" }) == true, "stopped");
        stopped.Status.Conditions!.Single(c => c.Type == "DatabaseStopped").Message.ShouldNotBeNull().ShouldContain("2 of 3 serve");
        stopped.Status.Target.ShouldNotBeNull().ShouldSatisfyAllConditions(
            t => t.Scope.ShouldBe("LastReplica"), t => t.Claim.ShouldBe("data-db-2"), t => t.QuiescedReplicas.ShouldBe(2));
        await sidecar.ResumeAsync();
        await sidecar.SucceedAsync();
        await cluster.BackupAsync("nightly", b => b.Status.Phase == BackupPhase.Completed, "Completed");
    }

    [Fact]
    public async Task The_guard_brings_the_last_replica_back_and_waits_for_its_own_answer()
    {
        await using var cluster = await StartAsync();
        var sidecar = await cluster.SidecarAsync(await cluster.ApplyAsync(Backup(ColdScope.LastReplica)));
        await sidecar.QuiesceAsync();
        await cluster.GoneAsync<V1Pod>("db-2", "the last pod stops");
        cluster.Sets.PodsBecomeReady = false;
        await sidecar.DieAsync();

        await Eventually.GetAsync(() => cluster.Client.GetAsync<V1Pod>("db-2", Samples.Namespace), p => p.Status?.Conditions is not null, "the guard scales up");
        await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);
        (await cluster.SetAsync()).Annotation(QuiesceMark.Annotation).ShouldNotBeNull("db-0 and db-1 answer, and db-2 does not yet");
        cluster.Sets.PodsBecomeReady = true;
        await cluster.Client.DeleteAsync<V1Pod>("db-2", Samples.Namespace, new DeleteRequest(GracePeriodSeconds: 0));

        await cluster.DatabaseRunsAsync();
        (await cluster.BackupAsync("nightly", b => b.Status.Phase == BackupPhase.Failed, "Failed")).Status.Failure!.Reason.ShouldBe(FailureReason.SidecarDied);
    }

    [Theory]
    [InlineData("db-2 applies nothing from its source", false, "db-0")]
    [InlineData("db-2 is the primary", true, "db-2")]
    public async Task A_replica_that_may_not_be_stopped_makes_Auto_stop_all_and_the_claim_of_a_primary_stays_the_one_to_archive(string why, bool isSource, string pod)
    {
        await using var cluster = await StartAsync();
        var backup = await cluster.ApplyAsync(Backup(ColdScope.Auto));
        var first = await cluster.SidecarAsync(backup);
        first.Run.Target.QuiescedReplicas.ShouldBe(2);
        var job = (await cluster.Client.GetAsync<V1Job>(first.JobName, Samples.Namespace))!.Metadata.Uid;
        await first.DieAsync(76, failure: new RunFailure { Reason = FailureReason.ReplicaUnfit, Message = why, Retryable = false, IsSource = isSource });

        var next = await Eventually.GetAsync(() => cluster.Client.GetAsync<V1Job>(first.JobName, Samples.Namespace), j => j.Metadata.Uid != job, "another Job");
        next.Spec!.Template!.Spec!.Volumes!.Find(v => v.Name == "data")!.PersistentVolumeClaim!.ClaimName.ShouldBe($"data-{pod}");
        var second = await cluster.SidecarAsync(backup);
        second.Run.Target.ShouldSatisfyAllConditions(t => t.QuiescedReplicas.ShouldBe(0), t => t.Pod.ShouldBe(pod), t => t.Claim.ShouldBe($"data-{pod}"));
        await second.QuiesceAsync();
        await second.ResumeAsync();
        await second.SucceedAsync();

        var done = await cluster.BackupAsync("nightly", b => b.Status.Phase == BackupPhase.Completed, "Completed");
        done.Status.Target!.ShouldSatisfyAllConditions(t => t.Scope.ShouldBe("AllReplicas"), t => t.ScopeBecause.ShouldBe(why), t => t.Claim.ShouldBe($"data-{pod}"));
        done.Status.Revisions!.ShouldHaveSingleItem().JobUid.ShouldBe(job);
        await cluster.EventAsync(backup, "JobReplaced");
    }

    [Fact]
    public async Task A_replica_that_may_not_be_stopped_ends_a_run_that_wants_no_other()
    {
        await using var cluster = await StartAsync();
        var sidecar = await cluster.SidecarAsync(await cluster.ApplyAsync(Backup(ColdScope.LastReplica)));
        await sidecar.DieAsync(76, failure: new RunFailure { Reason = FailureReason.ReplicaUnfit, Message = "db-2 replicates from nowhere", Retryable = false });
        var failed = await cluster.BackupAsync("nightly", b => b.Status.Phase == BackupPhase.Failed, "Failed");
        (failed.Status.Failure!.Reason, failed.Status.Failure.Message).ShouldBe((FailureReason.ReplicaUnfit, "db-2 replicates from nowhere"));
        (await cluster.SetAsync()).Spec!.Replicas.ShouldBe(3);
    }

    [Fact]
    public async Task A_job_that_ran_as_the_wrong_user_is_replaced_and_the_status_says_who_it_is_now()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var backup = await cluster.ApplyAsync(Samples.Backup());
        var first = await cluster.SidecarAsync(backup);
        first.Run.CheckUser.ShouldBeTrue();
        var job = (await cluster.Client.GetAsync<V1Job>(first.JobName, Samples.Namespace))!.Metadata.Uid;
        await first.DieAsync(77, failure: new RunFailure { Reason = FailureReason.WrongUser, Message = "27", Retryable = false, Owner = new FileOwner(27, 28) });

        var next = await Eventually.GetAsync(() => cluster.Client.GetAsync<V1Job>(first.JobName, Samples.Namespace), j => j.Metadata.Uid != job, "another Job");
        next.Spec!.Template!.Spec!.SecurityContext.ShouldNotBeNull().ShouldSatisfyAllConditions(c => c.RunAsUser.ShouldBe(27), c => c.RunAsGroup.ShouldBe(28));
        var second = await cluster.SidecarAsync(backup);
        second.Run.CheckUser.ShouldBeFalse("a user that the sidecar has found itself is not asked for again");
        await second.SucceedAsync();
        var done = await cluster.BackupAsync("nightly", b => b.Status.Phase == BackupPhase.Completed, "Completed");
        done.Status.Target!.User.ShouldNotBeNull().ShouldSatisfyAllConditions(u => u.Uid.ShouldBe(27), u => u.Because!.ShouldContain("belongs"));
    }

    [Fact]
    public async Task Without_a_second_replica_nothing_is_done_and_the_condition_says_why()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        await cluster.ApplyAsync(Backup(ColdScope.LastReplica));
        var waiting = await cluster.BackupAsync("nightly", b => b.Status.Conditions?.Any(c => c is { Type: "Accepted", Status: "False" }) == true, "not accepted");
        waiting.Status.Conditions!.Single(c => c.Type == "Accepted").ShouldSatisfyAllConditions(
            c => c.Reason.ShouldBe(FailureReason.ReplicaUnfit), c => c.Message!.ShouldContain("1 replica"));
    }

    [Fact]
    public async Task LastReplica_without_credentials_is_refused_when_it_is_applied()
    {
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        var backup = Backup(ColdScope.LastReplica);
        backup.Spec.Target.Connection = null;
        (await Should.ThrowAsync<KubernetesApiException>(() => cluster.ApplyAsync(backup))).Message.ShouldContain("secretRef");
    }

    private static async Task<ScriptedCluster> StartAsync()
    {
        var cluster = await ScriptedCluster.StartAsync(replicas: 3, startOperator: false);
        await cluster.CreateClaimAsync("data-db-1");
        await cluster.CreateClaimAsync("data-db-2");
        await Eventually.GetAsync(
            () => cluster.Client.GetAsync<V1Pod>("db-2", Samples.Namespace), p => p.Status?.Conditions?.Any(c => c is { Type: "Ready", Status: "True" }) == true, "db-2 is ready");
        cluster.StartOperator();
        return cluster;
    }

    private static MySqlBackup Backup(ColdScope scope)
    {
        var backup = Samples.Backup();
        backup.Spec.Cold.Scope = scope;
        backup.Spec.Target.Connection = new DatabaseConnection { SecretRef = new CredentialsReference { Name = "db-user" } };
        return backup;
    }
}
