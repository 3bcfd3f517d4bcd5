using BackupOperator.Core.Conditions;
using BackupOperator.Core.Restores;
using BackupOperator.Core.Runs;
using BackupOperator.Core.Tests.Runs;
using static BackupOperator.Core.Tests.Runs.World;

namespace BackupOperator.Core.Tests.Restores;

public sealed class RestorePlannerTests
{
    private static readonly RestoreObservation Completed =
        new(Succeeded() with { Stage = RunStage.Completed, HasFinalizer = false, Report = new SidecarReport { PreviousData = ".previous" } }, RestorePhase.Completed)
        {
            CompletedAt = Now.AddHours(-1),
            KeepPrevious = TimeSpan.FromHours(24),
        };

    private static RunDecision Decide(RestoreObservation o) => RestorePlanner.Decide(o, Now).Run;

    [Theory]
    [InlineData(SidecarStep.Checking, RestorePhase.Validating)]
    [InlineData(SidecarStep.Restoring, RestorePhase.Restoring)]
    [InlineData(SidecarStep.Quiescing, RestorePhase.Quiescing)]
    [InlineData(SidecarStep.Swapping, RestorePhase.Swapping)]
    [InlineData(SidecarStep.Resuming, RestorePhase.Starting)]
    [InlineData(SidecarStep.Verifying, RestorePhase.Verifying)]
    [InlineData(SidecarStep.RollingBack, RestorePhase.RollingBack)]
    public void The_phase_follows_the_sidecar(SidecarStep step, RestorePhase phase) =>
        RestorePlanner.Decide(new RestoreObservation(At(step), null), Now).Phase.ShouldBe(phase);

    [Fact]
    public void Pods_that_keep_their_data_are_told_when_the_restore_is_complete_and_not_before()
    {
        var o = new RestoreObservation(Succeeded().WithoutMark(), null) { OthersKeepTheirData = "db-1 has the data of before" };

        var decision = Decide(o);
        decision.Stage.ShouldBe(RunStage.Completed);
        decision.Conditions.Find(ConditionType.AllReplicasRestored).ShouldNotBeNull().ShouldSatisfyAllConditions(
            c => c.Status.ShouldBe(ConditionStatus.False), c => c.Message.ShouldBe("db-1 has the data of before"));
        Decide(o with { OthersKeepTheirData = null }).Conditions.Find(ConditionType.AllReplicasRestored).ShouldBeNull();
        Decide(o with { Run = At(SidecarStep.Swapping) }).Conditions.Find(ConditionType.AllReplicasRestored).ShouldBeNull();
    }

    [Fact]
    public void A_restore_that_died_in_its_swap_is_rolled_back_by_a_job_of_its_own()
    {
        var o = Killed(SidecarStep.Swapping) with { Target = new TargetObservation("sts", 0, OwnMark with { Swapping = true }) };
        o = o.After(World.Decide(o));
        o = o.After(World.Decide(o));

        World.Decide(o).Actions.ShouldBe([new RunAction.CreateAccess(), new RunAction.CreateJob(JobPurpose.RollBack)]);

        o = o with { RollBackJob = ActiveJob with { Uid = "job-2" } };
        World.Decide(o).ShouldSatisfyAllConditions(d => d.Stage.IsOver().ShouldBeFalse(), d => d.Actions.ShouldBeEmpty());

        var back = o with { RollBackJob = ActiveJob with { Uid = "job-2", Outcome = JobOutcome.Succeeded, FinishedAt = Now } };
        World.Decide(back.WithoutMark()).ShouldSatisfyAllConditions(
            d => d.Stage.ShouldBe(RunStage.Failed), d => d.NeedsRunbook.ShouldBeFalse());
    }

    [Fact]
    public void A_roll_back_that_fails_calls_a_person()
    {
        var o = Killed(SidecarStep.Swapping) with
        {
            Target = new TargetObservation("sts", 0, OwnMark with { Swapping = true }),
            Ending = new Ending(RunStage.Failed, RunReason.SidecarDied, "killed.", true, Now) { SidecarGoneAt = Now },
            RollBackJob = ActiveJob with { Uid = "job-2", Outcome = JobOutcome.Failed },
        };

        World.Decide(o).ShouldSatisfyAllConditions(d => d.Stage.ShouldBe(RunStage.Failed), d => d.NeedsRunbook.ShouldBeTrue());
    }

    [Theory]
    [InlineData(true, 11, true)]
    [InlineData(true, 9, false)]
    [InlineData(false, 600, false)]
    public void A_roll_back_that_cannot_even_be_begun_holds_up_a_deletion_for_a_while_only(bool deleting, int minutes, bool over)
    {
        var o = Killed(SidecarStep.Swapping) with
        {
            Deleting = deleting,
            Target = new TargetObservation("sts", 0, OwnMark with { Swapping = true }),
            Ending = new Ending(RunStage.Failed, RunReason.SidecarDied, "killed.", true, Now) { SidecarGoneAt = Now.AddMinutes(-minutes) },
        };

        World.Decide(o).ShouldSatisfyAllConditions(d => d.Stage.IsOver().ShouldBe(over), d => d.NeedsRunbook.ShouldBe(over));
    }

    [Fact]
    public void The_data_of_before_is_kept_and_the_time_is_told()
    {
        var decision = Decide(Completed);

        decision.RequeueAfter.ShouldBe(TimeSpan.FromHours(23));
        decision.Conditions.Find(ConditionType.PreviousDataRemoved)!.Reason.ShouldBe("Kept");
        decision.Actions.ShouldBeEmpty();
    }

    [Fact]
    public void Then_a_job_removes_it() =>
        Decide(Completed with { KeepPrevious = TimeSpan.FromMinutes(1) }).Actions
            .ShouldBe([new RunAction.CreateAccess(), new RunAction.CreateJob(JobPurpose.RemovePrevious)]);

    [Fact]
    public void Also_where_a_deletion_waits_for_that()
    {
        var deleting = Completed with { Run = Completed.Run with { Deleting = true }, HoldsDeletion = true };
        Decide(deleting).Conditions.Find(ConditionType.PreviousDataRemoved)!.Message.ShouldContain("then the resource goes");
        Decide(deleting with { KeepPrevious = TimeSpan.FromMinutes(1) }).Actions.ShouldContain(new RunAction.CreateJob(JobPurpose.RemovePrevious));
    }

    [Theory]
    [InlineData(JobOutcome.Succeeded)]
    [InlineData(JobOutcome.Failed)]
    public void Its_rights_go_before_its_end_is_recorded_whoever_has_made_it_expire(JobOutcome outcome)
    {
        var ended = Completed with { KeepPrevious = TimeSpan.Zero, RemovePreviousJob = ActiveJob with { Outcome = outcome, Expires = true, HasAccess = true } };
        Decide(ended).ShouldSatisfyAllConditions(d => d.Actions.ShouldBe([new RunAction.DeleteAccess()]), d => d.Conditions.ShouldBeEmpty());

        Decide(ended with { RemovePreviousJob = ended.RemovePreviousJob! with { HasAccess = false } })
            .ShouldSatisfyAllConditions(d => d.Actions.ShouldBeEmpty(), d => d.Conditions.ShouldNotBeEmpty());
    }

    [Fact]
    public void And_once_it_is_gone_nothing_is_done_again()
    {
        var due = Completed with { KeepPrevious = TimeSpan.Zero, RemovePreviousJob = ActiveJob with { Outcome = JobOutcome.Succeeded } };
        Decide(due).Actions.ShouldBe([new RunAction.DeleteAccess(), new RunAction.ExpireJob(JobPurpose.RemovePrevious)]);

        var expiring = due with { RemovePreviousJob = due.RemovePreviousJob! with { Expires = true } };
        Decide(expiring).Conditions.Find(ConditionType.PreviousDataRemoved)!.Status.ShouldBe(ConditionStatus.True);

        var removed = due with { PreviousDataRemoved = true, RemovePreviousJob = null };
        Decide(removed).ShouldSatisfyAllConditions(d => d.Actions.ShouldBeEmpty(), d => d.RequeueAfter.ShouldBeNull());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_restore_that_kept_nothing_or_is_being_deleted_starts_no_job(bool deleting)
    {
        var o = deleting ? Completed with { Run = Completed.Run with { Deleting = true } } : Completed with { Run = Completed.Run with { Report = null } };

        Decide(o with { KeepPrevious = TimeSpan.Zero }).Actions.ShouldBeEmpty();
    }
}
