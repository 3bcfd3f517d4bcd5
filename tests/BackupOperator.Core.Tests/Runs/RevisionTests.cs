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
    public void A_replica_that_may_not_be_stopped_ends_a_run_that_may_stop_nothing_else()
    {
        Decide(Ended(Unfit)).Ending!.Reason.ShouldBe(RunReason.ReplicaUnfit);
        Decide(Ended(Unfit) with { MayStopAll = true }).Revision!.Message.ShouldBe("db-1 is the source");
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
