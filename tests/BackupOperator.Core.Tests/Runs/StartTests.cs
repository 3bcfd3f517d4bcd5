using BackupOperator.Core.Conditions;
using BackupOperator.Core.Queueing;
using BackupOperator.Core.Runs;
using static BackupOperator.Core.Tests.Runs.World;

namespace BackupOperator.Core.Tests.Runs;

public sealed class StartTests
{
    private static readonly SpecFinding NotThere = new("TargetNotFound", "StatefulSet db does not exist", Final: false);

    /// <summary>Of a run that is over, and whose MySQL does not answer.</summary>
    private static readonly MarkObservation AnothersMark = OwnMark with { RunUid = "u0", Kind = "MySqlBackup", Name = "broken", RunIsOver = true };

    [Fact]
    public void A_stop_by_a_run_that_cannot_be_read_is_waited_for_with_its_name()
    {
        var mark = AnothersMark with { RunIsOver = false, RunProblem = "MySqlBackup shop/broken cannot be read" };

        Decide(Marked(mark, 1)).Message.ShouldEndWith("which nobody can tell the state of: MySqlBackup shop/broken cannot be read");
    }

    [Fact]
    public void The_finalizer_comes_before_everything_else()
    {
        var decision = Decide(New());

        decision.Actions.ShouldBe([new RunAction.AddFinalizer()]);
        decision.Stage.ShouldBe(RunStage.Queued);
    }

    [Fact]
    public void What_does_not_say_that_it_was_run_says_so_before_anything_is_touched() =>
        Decide(Queued() with { LacksStartMark = true, Lease = new LeaseObservation(Run.Holder) }).Actions.ShouldBe([new RunAction.AddFinalizer()]);

    [Fact]
    public void Then_the_lease() => Decide(Queued()).Actions.ShouldBe([new RunAction.TakeLease()]);

    [Fact]
    public void The_intent_is_recorded_before_anything_is_created()
    {
        var decision = Decide(Queued() with { Lease = new LeaseObservation(Run.Holder) });

        decision.RecordIntent.ShouldBeTrue();
        decision.Stage.ShouldBe(RunStage.Preparing);
        decision.Actions.ShouldBeEmpty();
    }

    [Fact]
    public void Then_access_and_job() =>
        Decide(Prepared()).Actions.ShouldBe([new RunAction.CreateAccess(), new RunAction.CreateJob(JobPurpose.Run)]);

    [Fact]
    public void A_busy_target_makes_it_wait_and_touches_nothing()
    {
        var decision = Decide(Queued() with { Lease = new LeaseObservation("MySqlBackup/other/u0") });

        decision.Stage.ShouldBe(RunStage.Queued);
        decision.Actions.ShouldBeEmpty();
        decision.Message.ShouldNotBeNull().ShouldContain("MySqlBackup/other/u0");
        decision.RequeueAfter.ShouldNotBeNull();
    }

    [Fact]
    public void A_lease_whose_holder_is_over_is_taken() =>
        Decide(Queued() with { Lease = new LeaseObservation("MySqlBackup/other/u0", HolderIsOver: true) }).Actions.ShouldBe([new RunAction.TakeLease()]);

    [Fact]
    public void No_slot_no_start()
    {
        var decision = Decide(Queued() with { Admission = new Admission(false, 4, "5 of 5 concurrent runs are under way") });

        decision.QueuePosition.ShouldBe(4);
        decision.Actions.ShouldBeEmpty();
        decision.Stage.ShouldBe(RunStage.Queued);
    }

    [Fact]
    public void Who_holds_the_lease_starts_although_an_emergency_has_come_since() =>
        Decide(Queued() with { Lease = new LeaseObservation(Run.Holder), Admission = new Admission(false, 2, "behind an emergency") })
            .RecordIntent.ShouldBeTrue();

    [Fact]
    public void A_target_that_another_run_has_stopped_is_left_to_the_guard()
    {
        var decision = Decide(Queued() with { Target = new TargetObservation("sts", 0, OwnMark with { RunUid = "u0" }) });

        decision.Actions.ShouldBeEmpty();
        decision.Stage.ShouldBe(RunStage.Queued);
    }

    [Theory]
    [InlineData(false, 0, true, "0 of its 1 replicas", "scale statefulset db --replicas=1")]
    [InlineData(true, 0, true, "moving the data directories", "status.failure.runbook")]
    [InlineData(true, 1, true, "moving the data directories", "status.failure.runbook")]
    [InlineData(false, 1, false, "under way", "MySqlBackup broken")]
    public void A_mark_that_is_needed_stops_every_run_and_says_whose_it_is_and_what_to_do(bool swapping, int replicas, bool over, string why, string wayOut)
    {
        foreach (var replaces in new[] { true, false })
        {
            var decision = Decide(Marked(AnothersMark with { Swapping = swapping, RunIsOver = over }, replicas) with { ReplacesData = replaces });

            decision.Actions.ShouldBeEmpty();
            decision.Message.ShouldNotBeNull().ShouldSatisfyAllConditions(
                m => m.ShouldContain("StatefulSet db"), m => m.ShouldContain("MySqlBackup broken"), m => m.ShouldContain(why), m => m.ShouldContain(wayOut));
        }
    }

    [Fact]
    public void A_mark_that_nobody_can_read_stops_every_run() =>
        Decide(Marked(AnothersMark with { RunUid = "", RunIsOver = true }, 1) with { ReplacesData = true })
            .ShouldSatisfyAllConditions(d => d.Actions.ShouldBeEmpty(), d => d.Message.ShouldNotBeNull().ShouldContain("annotate statefulset db mysqlbackup.io/quiesced-"));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_restore_does_not_wait_for_a_database_that_only_a_restore_can_mend(int replicas)
    {
        var o = Marked(AnothersMark, replicas) with { ReplacesData = true };
        Decide(o).Actions.ShouldBe([new RunAction.TakeLease()]);
        Decide(o with { Lease = new LeaseObservation(Run.Holder) }).RecordIntent.ShouldBeTrue();
    }

    [Fact]
    public void A_backup_does_and_so_does_not_stop_what_may_be_recovering() =>
        Decide(Marked(AnothersMark, 1)).ShouldSatisfyAllConditions(
            d => d.Actions.ShouldBeEmpty(), d => d.Message.ShouldNotBeNull().ShouldContain("MySqlBackup broken"), d => d.Message!.ShouldContain("Emergency"));

    [Fact]
    public void What_waits_for_a_mark_takes_no_slot_and_takes_its_place_again_before_it_starts()
    {
        var waiting = Decide(Marked(AnothersMark, 1));
        waiting.Conditions.ShouldContain(c => c.Type == ConditionType.LockHeld && c.Status == ConditionStatus.False && c.Reason == QueuePolicy.Blocked);

        var free = Queued() with { WasBlocked = true };
        Decide(free).ShouldSatisfyAllConditions(
            d => d.Actions.ShouldBeEmpty("others have counted on it not to start"), d => d.Stage.ShouldBe(RunStage.Queued),
            d => d.Conditions.ShouldContain(c => c.Type == ConditionType.LockHeld && c.Reason == "Waiting"));
        Decide(free with { WasBlocked = false }).Actions.ShouldBe([new RunAction.TakeLease()]);
    }

    [Fact]
    public void What_is_not_there_yet_is_waited_for()
    {
        var decision = Decide(New() with { Target = null, Finding = new SpecFinding("TargetNotFound", "StatefulSet db does not exist", Final: false) });

        decision.Stage.ShouldBe(RunStage.Pending);
        decision.Conditions.Find(ConditionType.Accepted)!.Status.ShouldBe(ConditionStatus.False);
        decision.RequeueAfter.ShouldNotBeNull();
    }

    [Fact]
    public void What_never_comes_fails_in_the_end()
    {
        var decision = Decide(New() with { CreatedAt = Now.AddHours(-1), FindingSince = Now.AddHours(-1), Finding = NotThere });

        decision.Stage.ShouldBe(RunStage.Failed);
        decision.Failure!.Reason.ShouldBe("TargetNotFound");
    }

    [Theory]
    [InlineData(null, RunStage.Pending)]
    [InlineData(14, RunStage.Pending)]
    [InlineData(16, RunStage.Failed)]
    public void It_is_waited_for_from_when_it_is_missed_and_not_from_when_the_run_was_created(int? missedFor, RunStage stage) =>
        Decide(New() with { CreatedAt = Now.AddHours(-3), FindingSince = missedFor is { } minutes ? Now.AddMinutes(-minutes) : null, Finding = NotThere })
            .Stage.ShouldBe(stage);

    [Fact]
    public void But_no_longer_than_a_queue() =>
        Decide(New() with { CreatedAt = Now.AddHours(-25), Finding = NotThere }).Failure!.Reason.ShouldBe("TargetNotFound");

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void While_another_run_has_the_target_what_is_missing_says_nothing_yet(bool marked, bool leased)
    {
        var decision = Decide(Queued() with
        {
            CreatedAt = Now.AddHours(-3),
            FindingSince = Now.AddHours(-1),
            Finding = new SpecFinding("ReplicaUnfit", "StatefulSet db has no replica", Final: false),
            Target = new TargetObservation("sts", 0, marked ? OwnMark with { RunUid = "u0" } : null),
            Lease = leased ? new LeaseObservation("MySqlBackup/other/u0") : LeaseObservation.Free,
        });

        decision.Stage.ShouldBe(RunStage.Queued);
        decision.Conditions.Find(ConditionType.Accepted)!.Status.ShouldBe(ConditionStatus.True);
        decision.RequeueAfter.ShouldNotBeNull();
        decision.Actions.ShouldBeEmpty();
    }

    [Fact]
    public void A_wrong_spec_is_told_whoever_has_the_target() =>
        Decide(Queued() with { Finding = NotThere with { Final = true }, Lease = new LeaseObservation("MySqlBackup/other/u0") }).Stage.ShouldBe(RunStage.Failed);

    [Fact]
    public void A_wrong_spec_fails_at_once()
    {
        var decision = Decide(New() with { Finding = new SpecFinding("InvalidSpec", "no claim is mounted at /var/lib/mysql", Final: true) });

        decision.Stage.ShouldBe(RunStage.Failed);
        decision.Failure.ShouldBe(new RunFailureInfo("InvalidSpec", "no claim is mounted at /var/lib/mysql", Retryable: false));
        decision.Actions.ShouldBeEmpty();
    }

    [Fact]
    public void A_queue_that_never_moves_ends_in_a_timeout_that_names_the_obstacle()
    {
        var decision = Decide(Queued() with { CreatedAt = Now.AddDays(-2), Lease = new LeaseObservation("MySqlBackup/other/u0") });

        decision.Stage.ShouldBe(RunStage.Failed);
        decision.Failure!.Reason.ShouldBe(RunReason.QueuedTimeout);
        decision.Failure.Message.ShouldContain("MySqlBackup/other/u0");
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Cancelled_before_it_started_is_cancelled_at_once(bool cancel, bool deleting) =>
        Decide(Queued() with { CancelRequested = cancel, Deleting = deleting, Lease = new LeaseObservation(Run.Holder) })
            .ShouldSatisfyAllConditions(d => d.Stage.ShouldBe(RunStage.Cancelled), d => d.Actions.ShouldBeEmpty());

    private static RunObservation Marked(MarkObservation mark, int replicas) =>
        Queued() with { Target = new TargetObservation("sts", replicas, mark) { Name = "db" } };
}
