using BackupOperator.Core.Guard;
using BackupOperator.Core.Runs;

namespace BackupOperator.Core.Tests.Guard;

public sealed class GuardPlannerTests
{
    private static readonly DateTimeOffset Now = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly MarkObservation Mark = new("u1", "job-x", 3, Now.AddMinutes(-1), Now.AddMinutes(9));
    private static readonly GuardObservation Stopped = new() { Replicas = 0, Mark = Mark, SidecarAlive = true, RunIsOpen = true };

    private static GuardDecision Decide(GuardObservation o) => GuardPlanner.Decide(o, Now);

    [Fact]
    public void A_sidecar_at_work_is_left_alone() => Decide(Stopped).Verdict.ShouldBe(GuardVerdict.Leave);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_dead_sidecar_brings_the_database_back_whether_or_not_its_run_goes_on(bool open)
    {
        var decision = Decide(Stopped with { SidecarAlive = false, RunIsOpen = open });

        decision.Verdict.ShouldBe(GuardVerdict.ScaleUp);
        decision.Replicas.ShouldBe(3);
    }

    [Theory]
    [InlineData(30, GuardVerdict.Leave)]
    [InlineData(31, GuardVerdict.ScaleUp)]
    public void A_sidecar_that_is_being_ended_has_half_a_minute(int seconds, GuardVerdict verdict) =>
        Decide(Stopped with { SidecarEndsSince = Now.AddSeconds(-seconds) }).Verdict.ShouldBe(verdict);

    [Fact]
    public void In_a_swap_it_has_its_time() =>
        Decide(Stopped with { SidecarEndsSince = Now.AddMinutes(-2), Mark = Mark with { Swapping = true } }).Verdict.ShouldBe(GuardVerdict.Leave);

    [Fact]
    public void A_hung_sidecar_has_until_the_deadline() =>
        Decide(Stopped with { Mark = Mark with { Deadline = Now } }).Verdict.ShouldBe(GuardVerdict.ScaleUp);

    [Fact]
    public void The_mark_stays_until_the_database_answers() =>
        Decide(Stopped with { SidecarAlive = false, Replicas = 3 }).Verdict.ShouldBe(GuardVerdict.AwaitAnswer);

    [Fact]
    public void The_mark_goes_when_the_database_answers() =>
        Decide(Stopped with { SidecarAlive = false, Replicas = 3, Answers = true }).Verdict.ShouldBe(GuardVerdict.RemoveMark);

    [Fact]
    public void A_set_that_someone_scaled_beyond_is_not_scaled_down() =>
        Decide(Stopped with { SidecarAlive = false, Replicas = 5, Answers = true }).Verdict.ShouldBe(GuardVerdict.RemoveMark);

    [Fact]
    public void A_set_that_had_no_pods_needs_no_answer() =>
        Decide(Stopped with { SidecarAlive = false, Mark = Mark with { Replicas = 0 } }).Verdict.ShouldBe(GuardVerdict.RemoveMark);

    [Fact]
    public void A_database_that_stays_silent_raises_the_alarm_and_is_not_given_up()
    {
        var decision = Decide(Stopped with { SidecarAlive = false, Replicas = 3, WaitingSince = Now - GuardPlanner.Patience - TimeSpan.FromSeconds(1) });

        decision.Verdict.ShouldBe(GuardVerdict.AwaitAnswer);
        decision.Alarm.ShouldBeTrue();
    }

    [Theory]
    [InlineData(true, GuardVerdict.AwaitRollBack)]
    [InlineData(false, GuardVerdict.CallForHelp)]
    public void Mysql_is_never_started_between_two_data_directories(bool open, GuardVerdict verdict) =>
        Decide(Stopped with { SidecarAlive = false, RunIsOpen = open, Mark = Mark with { Swapping = true, Deadline = Now } }).Verdict.ShouldBe(verdict);

    [Fact]
    public void Not_even_the_deadline_starts_it_there() =>
        Decide(Stopped with { Mark = Mark with { Swapping = true, Deadline = Now.AddHours(-1) } }).Verdict.ShouldBe(GuardVerdict.AwaitRollBack);

    [Fact]
    public void A_mark_that_cannot_be_read_falls_back_to_what_its_run_has_recorded()
    {
        var decision = Decide(new GuardObservation { Replicas = 0, RecordedReplicas = 2 });

        decision.Verdict.ShouldBe(GuardVerdict.ScaleUp);
        decision.Replicas.ShouldBe(2);
    }

    [Fact]
    public void A_mark_that_nobody_understands_calls_a_person() =>
        Decide(new GuardObservation { Replicas = 0 }).ShouldSatisfyAllConditions(d => d.Verdict.ShouldBe(GuardVerdict.CallForHelp), d => d.Alarm.ShouldBeTrue());

    [Fact]
    public void A_mark_that_nobody_understands_goes_when_the_database_runs() =>
        Decide(new GuardObservation { Replicas = 1, Answers = true }).Verdict.ShouldBe(GuardVerdict.RemoveMark);

    [Theory]
    [InlineData(true, true, GuardVerdict.Leave)]
    [InlineData(false, true, GuardVerdict.AwaitRollBack)]
    [InlineData(false, false, GuardVerdict.CallForHelp)]
    public void An_open_swap_is_not_started_for_want_of_a_mark_that_can_be_read(bool alive, bool open, GuardVerdict verdict) =>
        Decide(new GuardObservation { Replicas = 0, RecordedReplicas = 2, SwapOpen = true, SidecarAlive = alive, RunIsOpen = open }).Verdict.ShouldBe(verdict);

    [Fact]
    public void A_mark_that_cannot_be_read_of_a_run_that_cannot_be_read_is_for_a_person()
    {
        var decision = Decide(new GuardObservation { Replicas = 2, Answers = true, RunProblem = "MySqlBackup shop/nightly cannot be read" });

        decision.Verdict.ShouldBe(GuardVerdict.CallForHelp);
        decision.Reason.ShouldBe("its mark cannot be read, and MySqlBackup shop/nightly cannot be read");
    }
}
