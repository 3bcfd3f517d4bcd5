using BackupOperator.Core.Conditions;
using BackupOperator.Core.Runs;
using static BackupOperator.Core.Tests.Runs.World;

namespace BackupOperator.Core.Tests.Runs;

public sealed class EndTests
{
    public static TheoryData<SidecarStep> Steps => new(Enum.GetValues<SidecarStep>());

    [Theory]
    [MemberData(nameof(Steps))]
    public void A_cancelled_run_ends_its_job_then_its_pods_then_brings_mysql_back_then_says_so(SidecarStep step)
    {
        var o = At(step) with { CancelRequested = true };

        var decided = Decide(o);
        decided.Ending!.Outcome.ShouldBe(RunStage.Cancelled);
        decided.Actions.ShouldBeEmpty("the intent is recorded first");
        o = o.After(decided);

        Decide(o).Actions.ShouldBe([new RunAction.DeleteJob(JobPurpose.Run, "job-1")]);
        o = o with { Job = o.Job! with { Deleting = true } };
        Decide(o).Actions.ShouldBeEmpty();

        o = o with { Job = null };
        Decide(o).Stage.IsOver().ShouldBeFalse("the pod is still undoing its work");

        o = o with { Pods = [] };
        if (o.OwnMark is not null)
        {
            var waiting = Decide(o);
            waiting.Stage.IsOver().ShouldBeFalse("MySQL is stopped");
            waiting.Ending!.SidecarGoneAt.ShouldBe(Now);
            o = o.After(waiting).WithoutMark();
        }

        var over = Decide(o);
        over.Stage.ShouldBe(RunStage.Cancelled);
        over.Failure.ShouldBeNull();
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public void The_operator_may_die_anywhere_on_the_way_to_the_end(SidecarStep step)
    {
        // Every world that an operator can find after it had recorded the ending, in any order of what is gone.
        var recorded = At(step) with { Ending = new Ending(RunStage.Failed, "SidecarDied", "killed", true, Now.AddSeconds(-1)) };
        foreach (var job in new[] { recorded.Job, recorded.Job! with { Deleting = true }, null, recorded.Job! with { Outcome = JobOutcome.Failed } })
        {
            foreach (var pods in new IReadOnlyList<PodObservation>[] { recorded.Pods, [KilledPod], [] })
            {
                var world = recorded with { Job = job, Pods = pods };
                var decision = Decide(world);

                decision.Actions.OfType<RunAction.CreateJob>().ShouldBeEmpty("a run that ends starts nothing");
                (decision.Stage == RunStage.Failed).ShouldBe(
                    job is not { Outcome: JobOutcome.Active } && pods.All(p => !p.Alive) && world.OwnMark is null);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public void A_killed_sidecar_without_a_retry_left_fails_after_mysql_is_back(SidecarStep step)
    {
        var o = Killed(step);
        o = o.After(Decide(o));
        o.Ending!.Reason.ShouldBe(RunReason.SidecarDied);
        o.Ending.Message.ShouldContain("SIGKILL");

        if (o.OwnMark is not null)
        {
            var waiting = Decide(o);
            waiting.Stage.IsOver().ShouldBeFalse();
            o = o.After(waiting).WithoutMark();
        }

        var over = Decide(o);
        over.Stage.ShouldBe(RunStage.Failed);
        over.Failure!.Reason.ShouldBe(RunReason.SidecarDied);
        over.NeedsRunbook.ShouldBeFalse();
        if (RunConditions.WasStopped(o))
        {
            over.Conditions.Find(ConditionType.DatabaseRestored)!.Status.ShouldBe(ConditionStatus.True);
        }
    }

    [Fact]
    public void Mysql_that_does_not_come_back_makes_the_failure_say_so_with_a_runbook()
    {
        var o = Killed(SidecarStep.Archiving);
        o = o with { Ending = new Ending(RunStage.Failed, RunReason.SidecarDied, "killed.", true, Now.AddHours(-1)) { SidecarGoneAt = Now.AddMinutes(-11) } };

        var over = Decide(o);

        over.Stage.ShouldBe(RunStage.Failed);
        over.NeedsRunbook.ShouldBeTrue();
        over.Failure!.Message.ShouldBe("killed. MySQL has not come back since.");
        over.Failure.Retryable.ShouldBeFalse();
        over.Conditions.Find(ConditionType.DatabaseRestored)!.Status.ShouldBe(ConditionStatus.False);
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public void A_pod_that_was_lost_with_its_node_does_not_hold_the_run_for_ever(SidecarStep step)
    {
        var o = At(step) with { Ending = new Ending(RunStage.Cancelled, RunReason.Cancelled, "cancelled", false, Now.AddHours(-1)), Pods = [LostPod] };
        Decide(o).Actions.ShouldBe([new RunAction.DeleteJob(JobPurpose.Run, "job-1")]);

        o = o with { Job = ActiveJob with { Deleting = true } };
        Decide(o with { Pods = [LostPod, AlivePod] }).Stage.IsOver().ShouldBeFalse("another one is alive");
        Decide(o with { Pods = [KilledPod] }).Stage.IsOver().ShouldBeFalse("the Job goes in a moment");
        Decide(o.WithoutMark() with { Pods = [LostPod, KilledPod] }).Stage.ShouldBe(RunStage.Cancelled);

        var preflight = o.WithoutMark() with { Job = null, PreflightJob = ActiveJob with { Deleting = true } };
        Decide(preflight).Stage.ShouldBe(RunStage.Cancelled);
    }

    [Fact]
    public void A_swap_that_was_lost_with_its_node_gets_the_job_that_undoes_it()
    {
        var o = At(SidecarStep.Swapping) with
        {
            Target = new TargetObservation("sts", 0, OwnMark with { Swapping = true }),
            Ending = new Ending(RunStage.Failed, RunReason.TotalTimeout, "too long", true, Now.AddHours(-1)) { SidecarGoneAt = Now },
            Job = ActiveJob with { Deleting = true },
            Pods = [LostPod],
        };

        Decide(o).Actions.ShouldBe([new RunAction.CreateAccess(), new RunAction.CreateJob(JobPurpose.RollBack)]);
    }

    [Fact]
    public void A_target_that_is_gone_holds_nothing_up() =>
        Decide(Killed(SidecarStep.Archiving) with { Target = null, Ending = new Ending(RunStage.Failed, "SidecarDied", "killed", true, Now) })
            .Stage.ShouldBe(RunStage.Failed);

    [Fact]
    public void The_sidecars_own_words_are_the_cause()
    {
        var told = new RunFailureInfo("StorageRefused", "bucket b: access denied", Retryable: false);
        var o = Killed(SidecarStep.Checking) with { Pods = [KilledPod with { Termination = new ContainerTermination(67, Failure: told) }] };

        Decide(o).Ending.ShouldBe(new Ending(RunStage.Failed, "StorageRefused", "bucket b: access denied", false, Now));
    }

    [Fact]
    public void An_earlier_attempts_words_are_not()
    {
        var o = Killed(SidecarStep.Uploading);
        o = o with { Report = o.Report! with { Pod = "pod-0", Failure = new RunFailureInfo("StorageUnavailable", "503", true) } };

        Decide(o).Ending!.Reason.ShouldBe(RunReason.SidecarDied);
    }

    [Theory]
    [InlineData("OOMKilled", 137, "memory")]
    [InlineData("Evicted", null, "evicted")]
    [InlineData("Error", 137, "SIGKILL")]
    [InlineData("Error", 139, "signal 11")]
    [InlineData("Error", 3, "code 3")]
    [InlineData("StartError", 128, "StartError")]
    public void How_it_died_is_told(string reason, int? exitCode, string word) =>
        PostMortem.Explain(ActiveJob, KilledPod with { Termination = new ContainerTermination(exitCode, Reason: reason) }, null).Message.ShouldContain(word);

    [Fact]
    public void A_pod_without_a_trace_is_told_too() => PostMortem.Explain(ActiveJob, null, null).Message.ShouldContain("vanished");

    [Theory]
    [InlineData(RunStage.Completed)]
    [InlineData(RunStage.Failed)]
    [InlineData(RunStage.Cancelled)]
    public void After_the_end_everything_is_given_back_and_the_finalizer_goes_last(RunStage stage)
    {
        var decision = Decide(Succeeded() with { Stage = stage });

        decision.Stage.ShouldBe(stage);
        decision.Actions.ShouldBe(
        [
            new RunAction.ReleaseLease(), new RunAction.DeleteAccess(), new RunAction.ExpireJob(JobPurpose.Run), new RunAction.RemoveFinalizer(),
        ]);
    }

    [Fact]
    public void A_lease_that_someone_else_has_taken_since_is_not_released() =>
        Decide(Succeeded() with { Stage = RunStage.Failed, Lease = new LeaseObservation("MySqlBackup/next/u9") })
            .Actions.ShouldNotContain(new RunAction.ReleaseLease());

    [Fact]
    public void Then_nothing_is_ever_done_again()
    {
        var decision = Decide(Succeeded() with { Stage = RunStage.Failed, HasFinalizer = false });

        decision.Actions.ShouldBeEmpty();
        decision.RequeueAfter.ShouldBeNull();
    }

    [Fact]
    public void Deletion_waits_for_the_end_by_the_finalizer()
    {
        var deleting = At(SidecarStep.Archiving) with { Deleting = true };
        deleting = deleting.After(Decide(deleting));
        Decide(deleting).Actions.OfType<RunAction.RemoveFinalizer>().ShouldBeEmpty();
        Decide((deleting with { Stage = RunStage.Cancelled, Pods = [], Job = null }).WithoutMark()).Actions[^1].ShouldBe(new RunAction.RemoveFinalizer());
    }

    [Theory]
    [InlineData(SidecarStep.Archiving, false)]
    [InlineData(SidecarStep.Swapping, true)]
    public void A_mark_that_someone_took_from_a_stopped_database_is_put_back(SidecarStep step, bool swapping)
    {
        var o = Killed(step) with { IntendedReplicas = 1, Target = new TargetObservation("sts", 0) };
        o = o.After(Decide(o));
        Decide(o).ShouldSatisfyAllConditions(
            d => d.Actions.ShouldBe([new RunAction.RestoreMark(swapping)]), d => d.Stage.IsOver().ShouldBeFalse());

        // Once MySQL runs again there is nothing to put back; nor where another StatefulSet has the name.
        Decide(o.WithoutMark()).Stage.IsOver().ShouldBeTrue();
        Decide(o with { Target = new TargetObservation("another", 0) }).Stage.IsOver().ShouldBeTrue();
    }

    [Theory]
    [InlineData(SidecarStep.Precopying)]
    [InlineData(SidecarStep.Archiving)]
    [InlineData(SidecarStep.Uploading)]
    public void A_run_of_which_only_a_lost_pod_is_left_does_not_go_on_for_ever(SidecarStep step)
    {
        var decision = Decide(At(step) with { Pods = [LostPod] });
        decision.Ending.ShouldNotBeNull().ShouldSatisfyAllConditions(
            e => e.Outcome.ShouldBe(RunStage.Failed), e => e.Reason.ShouldBe(RunReason.SidecarDied), e => e.Retryable.ShouldBeTrue(), e => e.Message.ShouldContain(LostPod.Name));
        Decide(At(step) with { Pods = [LostPod, AlivePod with { Name = "pod-2" }] }).Ending.ShouldBeNull("another one is at work");
    }
}
