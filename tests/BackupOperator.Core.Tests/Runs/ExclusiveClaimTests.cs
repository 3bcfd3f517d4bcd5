using BackupOperator.Core.Backups;
using BackupOperator.Core.Runs;
using static BackupOperator.Core.Tests.Runs.World;

namespace BackupOperator.Core.Tests.Runs;

/// <summary>The claim can be mounted by one pod alone.</summary>
public sealed class ExclusiveClaimTests
{
    private static readonly JobObservation Checked = new("preflight", JobOutcome.Succeeded);
    private static readonly PodObservation WaitingPod = AlivePod with { WaitingFor = "Unschedulable: ReadWriteOncePod", WaitsForClaim = true };

    private static RunObservation BeforeJob => Prepared() with { ExclusiveClaim = true, IntendedReplicas = 1 };

    private static RunObservation Waiting => WithJob() with { ExclusiveClaim = true, IntendedReplicas = 1, PreflightJob = Checked, Pods = [WaitingPod] };

    private static RunObservation Stopped => Waiting with { Target = new TargetObservation("sts", 0, OwnMark), Stop = new TargetStop("pod-1", OwnMark.Since, Seen: true) };

    [Fact]
    public void First_a_Job_checks_what_it_can_without_the_claim()
    {
        Decide(BeforeJob).Actions.ShouldBe([new RunAction.CreateAccess(), new RunAction.CreateJob(JobPurpose.Preflight)]);
        Decide(BeforeJob with { PreflightJob = Checked with { Outcome = JobOutcome.Active }, Pods = [AlivePod] }).Actions.ShouldBeEmpty();
        Decide(BeforeJob with { PreflightJob = Checked }).Actions.ShouldContain(new RunAction.CreateJob(JobPurpose.Run));
        Decide(BeforeJob with { PreflightJob = Checked with { IsOurs = false } }).Ending!.Reason.ShouldBe(RunReason.NameConflict);
        Decide(BeforeJob with { IntendedReplicas = 0 }).Actions.ShouldContain(new RunAction.CreateJob(JobPurpose.Run), "nobody has the claim");
    }

    [Fact]
    public void A_check_that_cannot_start_ends_the_run_and_one_that_runs_at_its_end_is_ended()
    {
        var late = BeforeJob with
        {
            StartedAt = Now.AddMinutes(-20),
            PreflightJob = Checked with { Outcome = JobOutcome.Active },
            Pods = [AlivePod with { CreatedAt = Now.AddMinutes(-19), WaitingFor = "ImagePullBackOff: no such image" }],
        };
        var ending = Decide(late).Ending!;
        ending.ShouldSatisfyAllConditions(e => e.Reason.ShouldBe(RunReason.PreparingTimeout), e => e.Message.ShouldContain("no such image"));

        Decide(late with { Ending = ending }).Actions.ShouldBe([new RunAction.DeleteJob(JobPurpose.Preflight, "preflight")]);
    }

    [Fact]
    public void MySQL_is_stopped_for_a_pod_that_waits_for_nothing_else()
    {
        var decision = Decide(Waiting);
        decision.Stop.ShouldBe(new TargetStop("pod-1", Now));
        decision.Actions.ShouldBe([new RunAction.StopTarget(new TargetStop("pod-1", Now))]);
        Decide(Waiting with { Pods = [WaitingPod with { WaitsForClaim = false }] }).Actions.ShouldBeEmpty();
        Decide(Waiting with { ExclusiveClaim = false }).Actions.ShouldBeEmpty();
    }

    [Fact]
    public void An_operator_that_died_before_it_stopped_MySQL_does_so_with_the_time_that_it_wrote_down()
    {
        var begun = new TargetStop("pod-1", Now.AddSeconds(-20));
        Decide(Waiting with { Stop = begun }).Actions.ShouldBe([new RunAction.StopTarget(begun)]);
    }

    [Fact]
    public void While_it_is_stopped_for_a_pod_nothing_is_done_twice()
    {
        var decision = Decide(Stopped);
        decision.Actions.ShouldBeEmpty();
        decision.Ending.ShouldBeNull();
        BackupPhases.PhaseOf(decision.Stage, decision.Step, BackupPhase.Preparing).ShouldBe(BackupPhase.Quiescing);
        Decide(Waiting with { Target = new TargetObservation("sts", 0, OwnMark) }).Stop!.Seen.ShouldBeTrue();
    }

    [Fact]
    public void A_pod_for_which_it_was_stopped_in_vain_gets_no_second_time()
    {
        Decide(Stopped with { Target = new TargetObservation("sts", 1) }).Ending!.Reason.ShouldBe(RunReason.TargetChanged);
        Decide(Waiting with { Stop = new TargetStop("pod-0", Now.AddMinutes(-5), Seen: true) }).Actions.ShouldNotBeEmpty("that was the pod before");
    }

    [Fact]
    public void Who_scaled_up_before_the_first_word_of_the_sidecar_is_not_guessed()
    {
        var up = Stopped with { Target = new TargetObservation("sts", 1, OwnMark) };
        Decide(up).ShouldSatisfyAllConditions(d => d.Ending.ShouldBeNull(), d => d.Actions.ShouldBeEmpty(), d => d.Message!.ShouldContain("scaled to 1 again"));
        Decide(up with { Pods = [WaitingPod with { CreatedAt = Now.AddMinutes(-16) }], StartedAt = Now.AddMinutes(-17) }).Ending!.Reason.ShouldBe(RunReason.PreparingTimeout);
    }

    [Fact]
    public void Of_two_pods_of_the_same_second_the_one_that_is_alive_is_the_last()
    {
        var next = WaitingPod with { Name = "pod-2" };
        var dead = KilledPod with { CreatedAt = next.CreatedAt };
        (Waiting with { Pods = [dead, next] }).LastPod.ShouldBe(next);
        (Waiting with { Pods = [next, dead] }).LastPod.ShouldBe(next);
    }

    [Fact]
    public void A_target_that_was_scaled_meanwhile_is_not_touched()
    {
        Decide(Waiting with { Target = new TargetObservation("sts", 2) }).Ending!.Reason.ShouldBe(RunReason.TargetChanged);
        Decide(Waiting with { Target = new TargetObservation("other", 1) }).Ending!.Reason.ShouldBe(RunReason.TargetChanged);
    }

    [Fact]
    public void A_stop_whose_mark_was_taken_away_is_undone_at_the_end_although_no_sidecar_has_spoken()
    {
        var ended = Stopped with
        {
            Target = new TargetObservation("sts", 0),
            Job = null,
            Pods = [],
            Ending = new Ending(RunStage.Failed, RunReason.TargetChanged, "changed", Retryable: true, Now),
        };
        Decide(ended).Actions.ShouldBe([new RunAction.RestoreMark(Swapping: false)]);
        Decide(ended with { Stop = null }).Actions.ShouldBeEmpty("nobody of ours has stopped it");
    }
}
