using System.Net;
using BackupOperator.Core.Backups;
using BackupOperator.Core.Conditions;
using BackupOperator.LocalCluster.ApiServer.Faults;
using BackupOperator.Runs;
using BackupOperator.Tests.Scripted;

namespace BackupOperator.Tests.Controllers;

/// <summary>What rules of the cluster refuse is told in the resource: nobody reads the operator's log.</summary>
public sealed class RefusalTests
{
    private const string Quota = "jobs.batch \"nightly\" is forbidden: exceeded quota: few-jobs, requested: count/jobs.batch=1, used: count/jobs.batch=3, limited: count/jobs.batch=3";
    private const string PodQuota = "Error creating: pods \"nightly-x\" is forbidden: exceeded quota: few-pods, requested: pods=1, used: pods=9, limited: pods=9";

    [Fact]
    public async Task A_Job_that_a_quota_refuses_is_told_at_once_and_made_when_there_is_room()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        using var refused = RefuseJobs(cluster, Quota);
        var backup = await cluster.ApplyAsync(Samples.Backup());

        var told = await cluster.BackupAsync("nightly", b => b.Status.Message?.Contains("few-jobs", StringComparison.Ordinal) == true && Stalled(b) is not null, "the quota is named");
        told.Status.Phase.ShouldBe(BackupPhase.Preparing);
        Stalled(told)!.ShouldSatisfyAllConditions(c => c.Status.ShouldBe("True"), c => c.Reason.ShouldBe("Refused"), c => c.Message.ShouldNotBeNull().ShouldContain("few-jobs"));
        (await cluster.EventAsync(backup, "Refused")).Message.ShouldNotBeNull().ShouldContain("few-jobs");

        refused.Dispose();
        await (await cluster.SidecarAsync(backup)).SucceedAsync();
        var completed = await cluster.BackupAsync("nightly", b => b.Status.Phase == BackupPhase.Completed, "Completed");
        Stalled(completed).ShouldBeNull();
    }

    [Fact]
    public async Task A_Job_that_is_never_taken_ends_the_run_with_the_words_of_who_refuses_it()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        using var refused = RefuseJobs(cluster, "admission webhook \"policy.example.com\" denied the request: images must be signed", HttpStatusCode.BadRequest);
        var backup = Samples.Backup();
        backup.Spec.Timeouts.Preparing = "3s";
        await cluster.ApplyAsync(backup);

        var failed = await cluster.BackupAsync("nightly", b => b.Status.Phase == BackupPhase.Failed, "Failed");
        failed.Status.Failure!.ShouldSatisfyAllConditions(
            f => f.Reason.ShouldBe(FailureReason.PreparingTimeout),
            f => f.Message.ShouldNotBeNull().ShouldContain("images must be signed"));
        Stalled(failed).ShouldBeNull();
    }

    [Fact]
    public async Task Pods_that_a_quota_refuses_are_told_from_the_events_of_their_Job()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var backup = Samples.Backup();
        backup.Spec.Timeouts.Preparing = "20s";
        var applied = await cluster.ApplyAsync(backup);
        var job = await Eventually.GetAsync(
            () => cluster.Client.GetAsync<V1Job>(RunActions.JobName(applied, JobPurpose.Run), Samples.Namespace), _ => true, "the Job");
        await cluster.Client.CreateAsync(new V1Event
        {
            Metadata = new V1ObjectMeta { Name = "nightly.refused", Namespace = Samples.Namespace },
            InvolvedObject = job.ToObjectReference(),
            Type = "Warning",
            Reason = "FailedCreate",
            Message = PodQuota,
            LastTimestamp = DateTimeOffset.UtcNow,
        });

        await cluster.BackupAsync("nightly", b => b.Status.Message?.Contains("few-pods", StringComparison.Ordinal) == true, "the quota is named");
        var failed = await cluster.BackupAsync("nightly", b => b.Status.Ending is not null, "the end");
        failed.Status.Ending!.Message.ShouldNotBeNull().ShouldContain("few-pods");
    }

    [Fact]
    public async Task What_cannot_be_read_is_told_and_holds_up_nobody_else()
    {
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        cluster.Options = cluster.Options with { MaxConcurrentRuns = 1 };
        using var refused = cluster.Server.Faults.Add(r => r.Resource == "statefulsets" && r.Name == "secret", new Fault { Answer = HttpStatusCode.Forbidden, Message = "statefulsets \"secret\" is forbidden: denied by policy" });
        var unseen = Samples.Backup("unseen");
        unseen.Spec.Target.StatefulSet = "secret";
        unseen = await cluster.ApplyAsync(unseen);
        var next = await cluster.ApplyAsync(Samples.Backup("next"));
        cluster.StartOperator();

        var told = await cluster.BackupAsync("unseen", b => Stalled(b) is not null, "told");
        told.Status.Phase.ShouldBe(BackupPhase.Pending);
        told.Status.Message.ShouldNotBeNull().ShouldContain("denied by policy");
        (await cluster.EventAsync(unseen, "ReconcileFailed")).Type.ShouldBe("Warning");
        await (await cluster.SidecarAsync(next)).SucceedAsync();
        await cluster.BackupAsync("next", b => b.Status.Phase == BackupPhase.Completed, "Completed");

        refused.Dispose();
        await cluster.BackupAsync("unseen", b => Stalled(b) is null && b.Status.Message?.Contains("does not exist", StringComparison.Ordinal) == true, "what is the matter now");
    }

    private static FaultRule RefuseJobs(ScriptedCluster cluster, string message, HttpStatusCode answer = HttpStatusCode.Forbidden) =>
        cluster.Server.Faults.Add(r => r.Resource == "jobs" && r.Verb == "create", new Fault { Answer = answer, Message = message });

    private static V1Condition? Stalled(MySqlBackup backup) => backup.Status.Conditions?.Find(c => c.Type == ConditionType.Stalled);
}
