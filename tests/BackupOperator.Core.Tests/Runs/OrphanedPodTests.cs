using BackupOperator.Core.Conditions;
using BackupOperator.Core.Runs;
using static BackupOperator.Core.Tests.Runs.World;

namespace BackupOperator.Core.Tests.Runs;

/// <summary>A Job was deleted without its pods, and one of them has never started: nobody will end it.</summary>
public sealed class OrphanedPodTests
{
    private static readonly PodObservation Orphan = AlivePod with { WaitingFor = "Unschedulable", IsUnstarted = true };
    private static readonly Ending Deleted = new(RunStage.Failed, RunReason.JobDeleted, "The Job was deleted.", true, Now.AddSeconds(-31));

    [Fact]
    public void It_holds_no_end_up_and_is_named()
    {
        var over = Decide(Left());

        over.Stage.ShouldBe(RunStage.Failed);
        over.Failure!.Message.ShouldBe("The Job was deleted. Left behind by a Job that was deleted without its pods, and never started: kubectl -n shop delete pod pod-1.");
    }

    [Fact]
    public void Of_a_run_that_was_complete_too() => Decide(Left() with { Report = Succeeded().Report })
        .Conditions.Find(ConditionType.Complete)!.Message.ShouldEndWith("delete pod pod-1.");

    [Fact]
    public void One_that_may_go_with_its_job_has_a_moment() => Decide(Left() with { Ending = Deleted with { Since = Now.AddSeconds(-30) } }).Stage.IsOver().ShouldBeFalse();

    [Fact]
    public void One_that_runs_is_waited_for() => Decide(Left() with { Pods = [AlivePod] }).Message.ShouldNotBeNull().ShouldContain("Waiting for pod pod-1");

    [Fact]
    public void One_whose_job_is_there_is_waited_for()
    {
        var o = Left() with { PreflightJob = ActiveJob with { Outcome = JobOutcome.Succeeded }, Pods = [Orphan with { JobUid = ActiveJob.Uid }] };

        Decide(o).Stage.IsOver().ShouldBeFalse();
    }

    [Fact]
    public void A_roll_back_whose_job_was_deleted_is_begun_anew()
    {
        var o = At(SidecarStep.Swapping) with
        {
            Ending = Deleted with { SidecarGoneAt = Now.AddMinutes(-1) },
            Target = new TargetObservation("sts", 0, OwnMark with { Swapping = true }),
            Job = null,
            Pods = [Orphan],
        };

        Decide(o).Actions.ShouldBe([new RunAction.CreateAccess(), new RunAction.CreateJob(JobPurpose.RollBack)]);
    }

    private static RunObservation Left() => WithJob() with { Job = null, Ending = Deleted, Pods = [Orphan] };
}
