using BackupOperator.Core.Runs;
using static BackupOperator.Core.Tests.Runs.World;

namespace BackupOperator.Core.Tests.Runs;

public sealed class RevisionTests
{
    private static readonly RunFailureInfo Stranger = new(RunReason.WrongUser, "not mine", Retryable: false, new FileOwner(27, 28));
    private static readonly RunFailureInfo Unfit = new(RunReason.ReplicaUnfit, "db-1 is the source", Retryable: false);

    [Fact]
    public void A_job_that_ran_as_the_wrong_user_is_replaced_by_one_that_runs_as_the_right_one()
    {
        var decision = Decide(Ended(Stranger));

        decision.Ending.ShouldBeNull();
        decision.Stage.ShouldBe(RunStage.Preparing);
        decision.Actions.ShouldBeEmpty("what is decided is written before anything is done");
        decision.Revision.ShouldNotBeNull().ShouldSatisfyAllConditions(r => r.Owner.ShouldBe(new FileOwner(27, 28)), r => r.JobUid.ShouldBe("job-1"));
    }

    [Fact]
    public void The_job_that_is_replaced_goes_before_the_next_one_comes()
    {
        var revised = Revised(Ended(Stranger));
        Decide(revised).Actions.ShouldBe([new RunAction.DeleteJob(JobPurpose.Run, "job-1")]);
        Decide(revised with { Job = revised.Job! with { Deleting = true } }).Actions.ShouldBeEmpty();
        Decide(revised with { Job = null, Pods = [AlivePod] }).Actions.ShouldBeEmpty("two sidecars must never meet");
        Decide(revised with { Job = null, Pods = [] }).Actions.ShouldContain(new RunAction.CreateJob(JobPurpose.Run));
    }

    [Fact]
    public void It_is_done_once()
    {
        var again = Revised(Ended(Stranger)) with { Job = Ended(Stranger).Job! with { Uid = "job-2" } };
        var decision = Decide(again);
        decision.Revision.ShouldBeNull();
        decision.Ending!.Reason.ShouldBe(RunReason.WrongUser);
    }

    [Fact]
    public void It_is_not_done_once_a_sidecar_has_begun_its_work() =>
        Decide(Ended(Stranger) with { Report = new SidecarReport { Pod = "pod-0", Step = SidecarStep.Precopying } }).Ending!.Reason.ShouldBe(RunReason.WrongUser);

    [Fact]
    public void It_is_not_done_while_the_database_is_stopped() =>
        Decide(Ended(Stranger) with { Target = new TargetObservation("sts", 0, OwnMark) }).Revision.ShouldBeNull();

    [Fact]
    public void A_sidecar_that_died_between_two_data_directories_is_followed_by_another_one_at_once()
    {
        var dead = At(SidecarStep.Swapping) with { Target = new TargetObservation("sts", 0, OwnMark with { Swapping = true }), Pods = [KilledPod] };
        Decide(dead with { Pods = [AlivePod with { Alive = false }] }).Revision.ShouldNotBeNull("the node went with all that its kubelet could have said");
        var decision = Decide(dead);
        decision.ShouldSatisfyAllConditions(
            d => d.Stage.ShouldBe(RunStage.Running), d => d.Step.ShouldBe(SidecarStep.Swapping), d => d.Actions.ShouldBeEmpty(),
            d => d.Revision.ShouldNotBeNull().Reason.ShouldBe(RunReason.SwapInterrupted));

        var revised = dead with { RecordedJobUid = null, Revisions = [decision.Revision!] };
        Decide(revised).Actions.ShouldBe([new RunAction.DeleteJob(JobPurpose.Run, "job-1")]);
        var without = Decide(revised with { Job = null, Pods = [] });
        without.Actions.ShouldContain(new RunAction.CreateJob(JobPurpose.Run));
        without.Step.ShouldBe(SidecarStep.Swapping);

        // What dies there again waits as long as the Job controller says.
        var second = revised with { Job = ActiveJob with { Uid = "job-2" }, RecordedJobUid = "job-2" };
        Decide(second).ShouldSatisfyAllConditions(d => d.Revision.ShouldBeNull(), d => d.Actions.ShouldBeEmpty(), d => d.Ending.ShouldBeNull());
        Decide(second with { Job = null, Pods = [] }).Ending!.Reason.ShouldBe(RunReason.JobDeleted);
    }

    [Fact]
    public void So_is_one_that_was_lost_with_its_node_and_nobody_waits_for_its_end()
    {
        var lost = At(SidecarStep.Swapping) with { Target = new TargetObservation("sts", 0, OwnMark with { Swapping = true }), Pods = [LostPod] };
        var revised = lost with { RecordedJobUid = null, Revisions = [Decide(lost).Revision.ShouldNotBeNull()] };

        foreach (var deleting in new[] { false, true })
        {
            Decide(revised with { Job = ActiveJob with { Deleting = deleting } }).Actions.ShouldBe([new RunAction.DeleteJob(JobPurpose.Run, "job-1", LeavePods: true)]);
        }

        Decide(revised with { Job = null }).Actions.ShouldContain(new RunAction.CreateJob(JobPurpose.Run));
    }

    [Fact]
    public void Elsewhere_the_Job_controller_decides_when_the_next_one_comes()
    {
        var dead = At(SidecarStep.Archiving) with { Pods = [KilledPod] };
        Decide(dead).Revision.ShouldBeNull("the guard brings MySQL back");
        var swapping = dead with { Target = new TargetObservation("sts", 0, OwnMark with { Swapping = true }) };
        Decide(swapping with { Pods = [KilledPod, AlivePod with { Name = "pod-2" }] }).Revision.ShouldBeNull("the next one is there already");
        Decide(swapping with { Pods = [] }).Revision.ShouldBeNull("nobody knows that it died");
        Decide(swapping with { Job = ActiveJob with { BackoffLimit = 0 } }).Revision.ShouldBeNull("nobody wants another attempt");
        Decide(swapping with { Job = ActiveJob with { Outcome = JobOutcome.Failed } }).Ending.ShouldNotBeNull("there is no next one");
    }

    [Fact]
    public void A_replica_that_may_not_be_stopped_ends_a_run_that_may_stop_nothing_else()
    {
        Decide(Ended(Unfit)).Ending!.Reason.ShouldBe(RunReason.ReplicaUnfit);
        Decide(Ended(Unfit) with { MayStopAll = true }).Revision!.ShouldSatisfyAllConditions(r => r.Message.ShouldBe("db-1 is the source"), r => r.KeepsClaim.ShouldBeFalse());
        Decide(Ended(Unfit with { IsSource = true }) with { MayStopAll = true }).Revision!.KeepsClaim.ShouldBeTrue("the data is there");
    }

    [Fact]
    public void A_cancel_that_comes_in_between_counts()
    {
        var decision = Decide(Revised(Ended(Stranger)) with { CancelRequested = true });
        decision.Ending!.Outcome.ShouldBe(RunStage.Cancelled);
    }

    private static RunObservation Ended(RunFailureInfo cause) => WithJob() with
    {
        Job = ActiveJob with { Outcome = JobOutcome.Failed, Reason = "PodFailurePolicy", FailedPods = 1, FinishedAt = Now },
        Pods = [KilledPod with { Termination = new ContainerTermination(77, Reason: "Error", Failure: cause) }],
    };

    private static RunObservation Revised(RunObservation o) => o with { Revisions = [Decide(o).Revision!], RecordedJobUid = null };
}
