using BackupOperator.Core.Backups;
using BackupOperator.Core.Conditions;
using BackupOperator.Core.Copies;
using BackupOperator.Core.Queueing;
using BackupOperator.Core.Runs;
using BackupOperator.Core.Tests.Runs;
using static BackupOperator.Core.Tests.Runs.World;

namespace BackupOperator.Core.Tests.Copies;

public sealed class CopyPlannerTests
{
    private static readonly CopyState Whole = new("a:/x", Complete: true, Attempts: 1);
    private static readonly CopyState Broken = new("s3://b/x", Complete: false, Attempts: 1, "access denied", Now.AddMinutes(1));

    private static readonly CopiesObservation Waiting = new()
    {
        Wanted = [Whole.Location, Broken.Location],
        Reported = [new ReportedCopy(0, null), new ReportedCopy(1, "access denied")],
        Recorded = [Whole, Broken],
        JobAttempt = 2,
    };

    private static readonly CopiesObservation Due = Waiting with { Recorded = [Whole, Broken with { NextAttempt = Now }] };

    private static readonly JobObservation Active = new("job-2", JobOutcome.Active);
    private static readonly JobObservation Done = Active with { Outcome = JobOutcome.Succeeded, FinishedAt = Now.AddSeconds(-10), Expires = true };

    private static CopiesDecision Decide(CopiesObservation o) => CopyPlanner.Decide(o, Now);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    [InlineData(6, 32)]
    [InlineData(7, 60)]
    [InlineData(100_000, 60)]
    public void The_pause_grows_and_never_ends(int attempts, int minutes) => CopyBackOff.After(attempts).ShouldBe(TimeSpan.FromMinutes(minutes));

    [Fact]
    public void Those_that_fail_together_do_not_come_back_together()
    {
        var pauses = Enumerable.Range(0, 480).Select(i => CopyBackOff.After(100, $"uid-{i}")).ToList();

        pauses.ShouldAllBe(p => p > TimeSpan.FromMinutes(45) && p <= TimeSpan.FromMinutes(60));
        pauses.GroupBy(p => (int)p.TotalMinutes).Max(g => g.Count()).ShouldBeLessThan(60);
        CopyBackOff.After(100, "uid-1").ShouldBe(pauses[1], "the same after a restart");
    }

    [Fact]
    public void What_is_due_waits_for_its_turn()
    {
        var decision = Decide(Due with { Turn = new Admission(false, 40, "4 attempts at copies are under way") });

        decision.Actions.ShouldBeEmpty();
        decision.Copies.ShouldBe(Due.Recorded);
        decision.Condition.Message.ShouldEndWith("tried again when it is its turn");
        decision.RequeueAfter.ShouldBe(TimeSpan.FromSeconds(90));
    }

    [Fact]
    public void What_the_backup_said_of_its_copies_is_recorded_with_Completed()
    {
        var decision = BackupPlanner.Decide(new BackupObservation(Succeeded(), BackupPhase.Verifying) { Copies = Waiting with { Recorded = [], JobAttempt = 0 } }, Now);

        decision.Phase.ShouldBe(BackupPhase.Completed);
        decision.Copies.ShouldNotBeNull().ShouldBe([Whole, Broken]);
        decision.Run.Conditions.Find(ConditionType.Complete)!.Status.ShouldBe(ConditionStatus.True);
        decision.Run.Conditions.Find(ConditionType.CopiesComplete).ShouldNotBeNull().ShouldSatisfyAllConditions(
            c => c.Status.ShouldBe(ConditionStatus.False),
            c => c.Reason.ShouldBe(CopyReason.CopyFailed),
            c => c.Message.ShouldBe("copies[1] (s3://b/x): access denied; tried again at 2025-01-01T12:01:00Z"));
    }

    [Fact]
    public void A_copy_that_nobody_speaks_of_is_not_complete()
    {
        var first = CopyPlanner.Begin(Waiting with { Recorded = [], Reported = [] }, Now).Copies;

        first.ShouldAllBe(c => !c.Complete && c.Attempts == 1 && c.NextAttempt == Now.AddMinutes(1));
        first[0].Problem.ShouldBe("the sidecar has said nothing about it");
    }

    [Fact]
    public void Copies_that_are_all_there_are_told_and_done_with()
    {
        var decision = Decide(Waiting with { Recorded = [Whole, Whole] });

        decision.Condition.Status.ShouldBe(ConditionStatus.True);
        decision.Actions.ShouldBeEmpty();
        decision.RequeueAfter.ShouldBeNull();
    }

    [Fact]
    public void A_run_without_copies_has_no_condition_about_them() =>
        BackupPlanner.Decide(new BackupObservation(Succeeded(), null), Now).ShouldSatisfyAllConditions(
            d => d.Copies.ShouldBeNull(), d => d.Run.Conditions.Find(ConditionType.CopiesComplete).ShouldBeNull());

    [Fact]
    public void Nothing_is_tried_before_the_backup_has_given_its_target_back()
    {
        var run = Succeeded() with { Stage = RunStage.Completed, HasFinalizer = true };

        BackupPlanner.Decide(new BackupObservation(run, BackupPhase.Completed) { Copies = Due }, Now).Run.Actions.ShouldNotContain(a => a is RunAction.CreateJob);
        BackupPlanner.Decide(new BackupObservation(run with { HasFinalizer = false }, BackupPhase.Completed) { Copies = Due }, Now).Run.Actions
            .ShouldBe([new RunAction.CreateAccess(JobPurpose.Copy), new RunAction.CreateJob(JobPurpose.Copy)]);
        BackupPlanner.Decide(new BackupObservation(run with { HasFinalizer = false, Deleting = true }, BackupPhase.Completed) { Copies = Due }, Now).Run.Actions
            .ShouldBeEmpty();
    }

    [Fact]
    public void Before_its_time_nothing_is_done() =>
        Decide(Waiting).ShouldSatisfyAllConditions(d => d.Actions.ShouldBeEmpty(), d => d.RequeueAfter.ShouldBe(TimeSpan.FromMinutes(1)));

    [Fact]
    public void Pods_of_a_job_that_is_gone_end_before_the_next_ones_begin() => Decide(Due with { PodAlive = true }).Actions.ShouldBeEmpty();

    [Fact]
    public void A_job_that_was_looked_up_for_another_attempt_is_not_judged() =>
        Decide(Due with { Job = Done, JobAttempt = 1 }).ShouldSatisfyAllConditions(
            d => d.Actions.ShouldBeEmpty(), d => d.Copies.ShouldBe(Due.Recorded), d => d.RequeueAfter.ShouldNotBeNull());

    [Fact]
    public void A_job_under_way_is_waited_for_and_says_what_it_waits_for()
    {
        var pod = AlivePod with { WaitingFor = "ContainerCreating" };
        var decision = Decide(Due with { Job = Active, LastPod = pod, PodAlive = true, Reported = [new ReportedCopy(0, null), new ReportedCopy(1, null)] });

        decision.Actions.ShouldBeEmpty();
        decision.Copies[1].Complete.ShouldBeFalse("it may still be at work");
        decision.Condition.Reason.ShouldBe(CopyReason.Copying);
        decision.Condition.Message.ShouldEndWith("being tried again; waiting for pod pod-1: ContainerCreating");
    }

    [Fact]
    public void The_rights_go_also_where_somebody_else_has_made_the_job_expire() =>
        Decide(Due with { Job = Done with { HasAccess = true } }).ShouldSatisfyAllConditions(
            d => d.Actions.ShouldBe([new RunAction.DeleteAccess(JobPurpose.Copy)]), d => d.Copies[1].Attempts.ShouldBe(1));

    [Fact]
    public void When_it_is_over_its_rights_go_first() =>
        Decide(Due with { Job = Done with { Expires = false } }).ShouldSatisfyAllConditions(
            d => d.Actions.ShouldBe([new RunAction.DeleteAccess(JobPurpose.Copy), new RunAction.ExpireJob(JobPurpose.Copy)]), d => d.Copies.ShouldBe(Due.Recorded));

    [Fact]
    public void Then_what_it_has_reached_is_recorded()
    {
        var decision = Decide(Due with { Job = Done, Reported = [new ReportedCopy(0, null), new ReportedCopy(1, null)] });

        decision.Copies.ShouldBe([Whole, new CopyState(Broken.Location, Complete: true, Attempts: 2)]);
        decision.Condition.Status.ShouldBe(ConditionStatus.True);
    }

    [Fact]
    public void And_what_it_has_not()
    {
        var failed = Done with { Outcome = JobOutcome.Failed, FailedPods = 4 };
        var pod = KilledPod with { Termination = new ContainerTermination(2, Failure: new RunFailureInfo("StorageUnavailable", "bucket b does not answer", true)) };

        Decide(Due with { Job = failed, LastPod = pod }).Copies[1].ShouldBe(
            Broken with { Attempts = 2, Problem = "bucket b does not answer", NextAttempt = failed.FinishedAt!.Value.AddMinutes(2) });
        Decide(Due with { Job = failed, LastPod = pod, Reported = [new ReportedCopy(0, null), new ReportedCopy(1, "no space")] }).Copies[1].Problem.ShouldBe("no space");
        Decide(Due with { Job = failed, LastPod = KilledPod }).Copies[1].Problem.ShouldNotBeNull().ShouldContain("SIGKILL");
        Decide(Due with { Job = Done }).Copies[1].Problem.ShouldBe("access denied", "success of the Job is no copy");
    }

    [Fact]
    public void Only_those_that_are_left_are_tried_again()
    {
        var o = Due with { Recorded = [Broken with { Location = "a:/x", Attempts = 3 }, Whole], JobAttempt = 4, Job = Done, Reported = [new ReportedCopy(0, "again"), new ReportedCopy(1, "spoiled")] };

        var after = Decide(o).Copies;
        after[0].Attempts.ShouldBe(4);
        after[1].ShouldBe(Whole, "what was complete stays so");
        CopyPlanner.NextAttempt(after).ShouldBe(5);
    }

    [Fact]
    public void A_job_that_is_not_ours_is_left_alone_and_told() =>
        Decide(Due with { Job = Active with { IsOurs = false } }).ShouldSatisfyAllConditions(
            d => d.Actions.ShouldBeEmpty(), d => d.Condition.Reason.ShouldBe(RunReason.NameConflict), d => d.RequeueAfter.ShouldNotBeNull());

    [Fact]
    public void Cancelling_ends_the_job_and_then_gives_up()
    {
        var cancelled = Due with { CancelRequested = true };
        Decide(cancelled with { Job = Active, PodAlive = true }).Actions.ShouldBe([new RunAction.DeleteJob(JobPurpose.Copy, "job-2")]);
        Decide(cancelled with { Job = Active with { Deleting = true }, PodAlive = true }).Actions.ShouldBeEmpty();
        Decide(cancelled with { PodAlive = true }).ShouldSatisfyAllConditions(d => d.Actions.ShouldBeEmpty(), d => d.Condition.Reason.ShouldBe(CopyReason.Copying));

        var last = Decide(cancelled);
        last.Actions.ShouldBe([new RunAction.DeleteAccess(JobPurpose.Copy)]);
        last.Condition.Reason.ShouldBe(CopyReason.GivenUp);
        last.Copies[1].NextAttempt.ShouldBeNull();

        Decide(cancelled with { Recorded = last.Copies, GivenUp = true }).ShouldSatisfyAllConditions(
            d => d.Actions.ShouldBeEmpty(), d => d.RequeueAfter.ShouldBeNull(), d => d.Condition.ShouldBe(last.Condition));
    }
}
