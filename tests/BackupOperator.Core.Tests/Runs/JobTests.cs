using BackupOperator.Core.Backups;
using BackupOperator.Core.Conditions;
using BackupOperator.Core.Runs;
using static BackupOperator.Core.Tests.Runs.World;

namespace BackupOperator.Core.Tests.Runs;

public sealed class JobTests
{
    [Theory]
    [InlineData(SidecarStep.Checking, BackupPhase.Preparing)]
    [InlineData(SidecarStep.Precopying, BackupPhase.Precopying)]
    [InlineData(SidecarStep.Quiescing, BackupPhase.Quiescing)]
    [InlineData(SidecarStep.Archiving, BackupPhase.Archiving)]
    [InlineData(SidecarStep.Resuming, BackupPhase.Resuming)]
    [InlineData(SidecarStep.Uploading, BackupPhase.Uploading)]
    [InlineData(SidecarStep.Verifying, BackupPhase.Verifying)]
    [InlineData(SidecarStep.Done, BackupPhase.Verifying)]
    public void An_operator_that_starts_again_finds_the_phase_whatever_the_status_says(SidecarStep step, BackupPhase phase)
    {
        foreach (var remembered in Enum.GetValues<BackupPhase>().Where(p => !BackupPhases.StageOf(p).IsOver()))
        {
            var decision = BackupPlanner.Decide(new BackupObservation(At(step), remembered), Now);

            decision.Phase.ShouldBe(phase);
            decision.Run.Actions.ShouldBeEmpty();
        }
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public void Nothing_is_done_twice(SidecarStep step)
    {
        var once = At(step);
        var decision = Decide(once);

        Decide(once.After(decision)).Actions.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public void A_job_that_someone_deleted_is_a_failure_and_not_a_second_job(SidecarStep step)
    {
        var decision = Decide(At(step) with { Job = null, Pods = [] });

        decision.Ending!.Reason.ShouldBe(RunReason.JobDeleted);
        decision.Actions.ShouldBeEmpty();
    }

    [Fact]
    public void What_a_restore_waits_for_is_a_condition_and_so_are_tiers_that_a_store_refuses()
    {
        var waits = At(SidecarStep.Restoring);
        Decide(waits).Conditions.Find(ConditionType.DataReadable).ShouldBeNull();
        Decide(waits with { Report = waits.Report! with { Thaw = (12, 9) } }).Conditions.Find(ConditionType.DataReadable).ShouldNotBeNull().ShouldSatisfyAllConditions(
            c => c.Status.ShouldBe(ConditionStatus.False), c => c.Message.ShouldStartWith("3 of 12 packs are in an archive class"));
        Decide(waits with { Report = waits.Report! with { Thaw = (12, 12) } }).Conditions.Find(ConditionType.DataReadable)!.Status.ShouldBe(ConditionStatus.True);

        var done = Succeeded();
        Decide(done).Conditions.Find(ConditionType.TiersApplied).ShouldBeNull();
        Decide(done with { Report = done.Report! with { HasTiers = false, TiersProblem = "no" } }).Conditions.Find(ConditionType.TiersApplied).ShouldNotBeNull().ShouldSatisfyAllConditions(
            c => c.Status.ShouldBe(ConditionStatus.False), c => c.Message.ShouldBe("no"));
    }

    [Fact]
    public void A_job_of_which_nothing_was_seen_yet_is_created_again() =>
        Decide(Prepared()).Actions.OfType<RunAction.CreateJob>().ShouldHaveSingleItem();

    [Fact]
    public void But_not_while_pods_of_it_are_alive() => Decide(Prepared() with { Pods = [AlivePod] }).Actions.ShouldBeEmpty();

    [Fact]
    public void A_target_that_was_created_anew_meanwhile_is_not_touched() =>
        Decide(Prepared() with { Target = new TargetObservation("another", 1) }).Ending!.Reason.ShouldBe(RunReason.TargetChanged);

    [Fact]
    public void A_job_of_the_same_name_that_is_not_ours_is_a_conflict()
    {
        var decision = Decide(WithJob() with { RecordedJobUid = null, Job = ActiveJob with { IsOurs = false } });
        decision.Ending!.Reason.ShouldBe(RunReason.NameConflict);

        // and it is left alone
        var next = WithJob() with { RecordedJobUid = null, Job = ActiveJob with { IsOurs = false }, Ending = decision.Ending, Pods = [] };
        Decide(next).ShouldSatisfyAllConditions(d => d.Actions.ShouldBeEmpty(), d => d.Stage.ShouldBe(RunStage.Failed));
    }

    [Fact]
    public void A_pod_that_cannot_start_fails_in_time_with_the_schedulers_words()
    {
        var stuck = AlivePod with { CreatedAt = Now.AddHours(-1), WaitingFor = "0/3 nodes are available: 3 Insufficient memory" };
        var decision = Decide(WithJob() with { StartedAt = Now.AddHours(-1), Pods = [stuck] });

        decision.Ending!.Reason.ShouldBe(RunReason.PreparingTimeout);
        decision.Ending.Message.ShouldContain("Insufficient memory");
    }

    [Fact]
    public void A_pod_without_its_Secret_says_what_to_mend_and_is_given_the_time_to_prepare()
    {
        var finding = new SpecFinding("EncryptionSecretInvalid", "Secret shop/keys does not exist", Final: false);
        var stuck = AlivePod with { CreatedAt = Now.AddMinutes(-1), WaitingFor = "ContainerCreating", Finding = finding };
        var waiting = Decide(WithJob() with { Pods = [stuck] });
        waiting.Stage.ShouldBe(RunStage.Preparing);
        waiting.Message.ShouldBe(finding.Message);
        waiting.Conditions.Find(ConditionType.Accepted).ShouldNotBeNull().ShouldSatisfyAllConditions(
            c => c.Status.ShouldBe(ConditionStatus.False), c => c.Reason.ShouldBe(finding.Reason), c => c.Message.ShouldBe(finding.Message));

        Decide(Succeeded()).Conditions.Find(ConditionType.Accepted)!.Status.ShouldBe(ConditionStatus.True, "nobody may have looked while it ran");
        Decide(At(SidecarStep.Precopying) with { Pods = [KilledPod, stuck with { CreatedAt = Now }] }).Conditions.Where(c => c.Type == ConditionType.Accepted)
            .ShouldHaveSingleItem().Status.ShouldBe(ConditionStatus.False);
        Decide(WithJob() with { Pods = [AlivePod] }).Conditions.Find(ConditionType.Accepted)!.Status.ShouldBe(ConditionStatus.True);

        var late = Decide(WithJob() with { StartedAt = Now.AddHours(-1), Pods = [stuck with { CreatedAt = Now.AddHours(-1) }] });
        late.Ending.ShouldNotBeNull().ShouldSatisfyAllConditions(e => e.Reason.ShouldBe(finding.Reason), e => e.Message.ShouldBe(finding.Message));
    }

    [Fact]
    public void A_retried_pod_that_cannot_start_does_not_wait_for_ever_either()
    {
        var stuck = AlivePod with { Name = "pod-2", CreatedAt = Now.AddMinutes(-16), WaitingFor = "ImagePullBackOff" };

        Decide(At(SidecarStep.Uploading) with { StartedAt = Now.AddHours(-2), Pods = [KilledPod with { CreatedAt = Now.AddHours(-2) }, stuck] })
            .Ending!.Reason.ShouldBe(RunReason.PreparingTimeout);
    }

    [Fact]
    public void Too_long_in_all_is_too_long() =>
        Decide(At(SidecarStep.Uploading) with { StartedAt = Now.AddDays(-2) }).Ending!.Reason.ShouldBe(RunReason.TotalTimeout);

    [Fact]
    public void Completed_means_job_and_result_and_a_running_database()
    {
        var decision = Decide(Succeeded());

        decision.Stage.ShouldBe(RunStage.Completed);
        decision.Conditions.Find(ConditionType.Complete)!.Status.ShouldBe(ConditionStatus.True);
        decision.Conditions.Find(ConditionType.DatabaseRestored)!.Status.ShouldBe(ConditionStatus.True);
    }

    [Fact]
    public void Success_without_a_result_is_no_success() =>
        Decide(Succeeded() with { Report = new SidecarReport { Step = SidecarStep.Done } }).Ending!.Reason.ShouldBe(RunReason.ResultMissing);

    [Fact]
    public void A_mark_that_is_left_is_waited_for() =>
        Decide(Succeeded() with { Target = new TargetObservation("sts", 1, OwnMark) }).Stage.ShouldBe(RunStage.Running);

    [Fact]
    public void And_not_for_ever()
    {
        var o = Succeeded();
        var decision = Decide(o with { Target = new TargetObservation("sts", 1, OwnMark), Job = o.Job! with { FinishedAt = Now.AddHours(-1) } });

        decision.Stage.ShouldBe(RunStage.Failed);
        decision.Failure!.Reason.ShouldBe(RunReason.DatabaseNotRestored);
        decision.NeedsRunbook.ShouldBeTrue();
    }

    [Fact]
    public void Cancelling_what_is_done_changes_nothing() => Decide(Succeeded() with { CancelRequested = true, Deleting = true }).Stage.ShouldBe(RunStage.Completed);

    public static TheoryData<SidecarStep> Steps => new(Enum.GetValues<SidecarStep>());
}
