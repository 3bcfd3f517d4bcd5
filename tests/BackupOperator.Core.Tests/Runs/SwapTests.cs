using BackupOperator.Core.Conditions;
using BackupOperator.Core.Runs;
using static BackupOperator.Core.Tests.Runs.World;

namespace BackupOperator.Core.Tests.Runs;

/// <summary>A restore's outcome and the data on the disk are the same thing, however it ends.</summary>
public sealed class SwapTests
{
    private static readonly RunAction[] RollBack = [new RunAction.CreateAccess(), new RunAction.CreateJob(JobPurpose.RollBack)];

    [Theory]
    [InlineData(RunStage.Cancelled, null)]
    [InlineData(RunStage.Cancelled, JobOutcome.Succeeded)]
    [InlineData(RunStage.Failed, null)]
    [InlineData(RunStage.Failed, JobOutcome.Failed)]
    public void What_was_complete_before_it_could_be_ended_is_complete(RunStage wanted, JobOutcome? job)
    {
        var o = Succeeded() with
        {
            Ending = new Ending(wanted, "Cancelled", "Cancelled by spec.cancel", false, Now.AddMinutes(-1)),
            Job = job is { } outcome ? ActiveJob with { Outcome = outcome } : null,
        };

        var over = Decide(o);

        over.Stage.ShouldBe(RunStage.Completed);
        over.Failure.ShouldBeNull();
        over.Conditions.Find(ConditionType.Complete)!.Message.ShouldContain("Cancelled by spec.cancel");
    }

    [Fact]
    public void Not_before_its_sidecar_has_ended() => Decide(Succeeded() with
    {
        Ending = new Ending(RunStage.Cancelled, "Cancelled", "Cancelled", false, Now),
        Job = null,
        Pods = [AlivePod],
    }).Stage.IsOver().ShouldBeFalse();

    [Theory]
    [InlineData(RunStage.Failed, true, 0)]
    [InlineData(RunStage.Failed, true, 1)]
    [InlineData(RunStage.Failed, false, 1)]
    [InlineData(RunStage.Cancelled, true, 1)]
    public void A_swap_that_is_open_without_a_result_is_undone_whatever_the_mark_says(RunStage ending, bool marked, int replicas)
    {
        var o = Open(ending, marked, replicas);
        o = o.After(Decide(o));
        Decide(o).Actions.ShouldBe(RollBack);

        o = o with { RollBackJob = ActiveJob with { Uid = "job-2" } };
        Decide(o).ShouldSatisfyAllConditions(d => d.Actions.ShouldBeEmpty(), d => d.Stage.IsOver().ShouldBeFalse());

        o = (o with { RollBackJob = o.RollBackJob with { Outcome = JobOutcome.Succeeded }, Report = o.Report! with { SwapOpen = false } }).WithoutMark();
        Decide(o).ShouldSatisfyAllConditions(d => d.Stage.ShouldBe(ending), d => d.NeedsRunbook.ShouldBeFalse());
    }

    [Fact]
    public void A_result_whose_swap_was_not_made_final_is_complete_after_that_was_done()
    {
        var o = Open(RunStage.Failed, marked: false, replicas: 1);
        o = o with { Report = o.Report! with { HasResult = true } };
        o = o.After(Decide(o));
        Decide(o).Actions.ShouldBe(RollBack, "its sidecar goes forward where there is a result");

        Decide(o with { RollBackJob = ActiveJob with { Outcome = JobOutcome.Succeeded }, Report = o.Report! with { SwapOpen = false } }).Stage.ShouldBe(RunStage.Completed);
        Decide(o with { RollBackJob = ActiveJob with { Outcome = JobOutcome.Failed } }).Stage.ShouldBe(RunStage.Completed, "the restored data is what MySQL runs on");
    }

    [Fact]
    public void A_swap_that_cannot_be_undone_is_a_failure_that_says_where_the_old_data_is()
    {
        var o = Open(RunStage.Cancelled, marked: false, replicas: 1);
        o = o with { Ending = o.Ending! with { SidecarGoneAt = Now }, RollBackJob = ActiveJob with { Outcome = JobOutcome.Failed } };

        var over = Decide(o);

        over.Stage.ShouldBe(RunStage.Failed);
        over.Failure!.Message.ShouldContain(".mysqlbackup-u1");
    }

    [Fact]
    public void Without_its_target_there_is_nothing_to_undo_it_on()
    {
        var o = Open(RunStage.Failed, marked: false, replicas: 1);
        Decide(o with { Target = null }).Stage.ShouldBe(RunStage.Failed);
        Decide(o with { Target = new TargetObservation("another", 1) }).Stage.ShouldBe(RunStage.Failed);
    }

    [Theory]
    [InlineData(SidecarStep.Failed)]
    [InlineData(SidecarStep.Checking)]
    public void A_mark_that_is_put_back_forbids_a_start_whatever_a_later_attempt_has_reported_of_its_step(SidecarStep step)
    {
        var o = Killed(step) with { IntendedReplicas = 1, Target = new TargetObservation("sts", 0) };
        o = o with { Report = o.Report! with { StoppedAt = Now.AddMinutes(-1), SwapOpen = true } };
        o = o.After(Decide(o));

        Decide(o).Actions.ShouldBe([new RunAction.RestoreMark(Swapping: true)]);
        Decide(o with { Report = o.Report! with { SwapOpen = false } }).Actions.ShouldBe([new RunAction.RestoreMark(Swapping: false)]);
    }

    [Fact]
    public void A_mark_that_cannot_be_read_is_written_anew_before_the_swap_is_undone()
    {
        var o = Open(RunStage.Failed, marked: true, replicas: 0);
        o = o with { Target = o.Target! with { Mark = new MarkObservation("", "", 0, default, default) } };
        Decide(o).Actions.ShouldBe([new RunAction.RestoreMark(Swapping: true)]);
        Decide(o with { Target = o.Target with { Mark = OwnMark with { Swapping = true } }, Ending = o.Ending! with { SidecarGoneAt = Now } }).Actions.ShouldBe(RollBack);
    }

    [Theory]
    [InlineData(11, true)]
    [InlineData(9, false)]
    public void A_deletion_is_not_held_up_for_ever(int minutes, bool over)
    {
        var o = Open(RunStage.Cancelled, marked: false, replicas: 1) with { Deleting = true };
        Decide(o with { Ending = o.Ending! with { SidecarGoneAt = Now.AddMinutes(-minutes) } }).Stage.IsOver().ShouldBe(over);
    }

    private static RunObservation Open(RunStage ending, bool marked, int replicas)
    {
        var o = Killed(SidecarStep.Resuming);
        return o with
        {
            Report = o.Report! with { SwapOpen = true, ResumedAt = Now },
            Target = new TargetObservation("sts", replicas, marked ? OwnMark : null),
            Ending = new Ending(ending, RunReason.SidecarDied, "killed.", true, Now),
        };
    }
}
