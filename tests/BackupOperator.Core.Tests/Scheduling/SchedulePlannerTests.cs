using BackupOperator.Core.Runs;
using BackupOperator.Core.Scheduling;

namespace BackupOperator.Core.Tests.Scheduling;

public sealed class SchedulePlannerTests
{
    [Fact]
    public void Each_tick_creates_a_backup_that_is_named_after_its_minute()
    {
        var story = new ScheduleStory().Look();
        story.Started.ShouldBeEmpty("no tick has passed since its creation");
        story.Last.NextStart.ShouldBe(ScheduleStory.At("2026-01-01T01:00:00Z"));
        story.Last.LookAgain.ShouldBe(story.Last.NextStart);

        story.Look("2026-01-01T00:59:59Z").Started.ShouldBeEmpty();
        story.Look("2026-01-01T01:00:00Z").Started.ShouldBe(["nightly-29453820"]);
        story.Look("2026-01-01T01:00:00Z").Look("2026-01-01T01:59:00Z").Started.Count.ShouldBe(1);
        story.Memory.LastScheduleTime.ShouldBe(ScheduleStory.At("2026-01-01T01:00:00Z"));
        story.Last.NextStart.ShouldBe(ScheduleStory.At("2026-01-01T02:00:00Z"));
        story.Told.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(5, 4)]
    [InlineData(500, 499)]
    [InlineData(9000, 8999)]
    [InlineData(30_000, 10_000)]
    public void After_an_absence_the_last_tick_runs_and_the_others_are_counted_and_told(int ticks, int missed)
    {
        var story = new ScheduleStory().Look();
        var now = story.Created.AddHours(ticks).AddMinutes(5);

        story.LookAt(now);

        story.StartedTicks.ShouldBe([story.Created.AddHours(ticks).AddMinutes(-30)]);
        story.Memory.Missed.ShouldBe(missed);
        story.Memory.Skipped.ShouldBe(0);
        story.Told.ShouldBe(missed == 0 ? [] : ["Missed"]);
        if (missed > 0)
        {
            story.News[0].Message.ShouldStartWith(missed < 10_000 ? $"{missed} ticks from 2026-01-01 01:00:00Z" : "At least 10000 ticks");
        }

        story.LookAt(now.AddMinutes(1)).Memory.Missed.ShouldBe(missed);
        story.Started.Count.ShouldBe(1);
    }

    [Fact]
    public void A_last_tick_beyond_the_deadline_is_missed_too()
    {
        var story = new ScheduleStory();
        story.Rules = story.Rules with { StartingDeadline = TimeSpan.FromMinutes(4) };
        story.Look("2026-01-01T05:04:01Z");

        story.Started.ShouldBeEmpty();
        story.Memory.Missed.ShouldBe(5);
        story.Told.ShouldBe(["Missed", "Missed"]);
        story.Look("2026-01-01T06:04:00Z").StartedTicks.ShouldBe([ScheduleStory.At("2026-01-01T06:00:00Z")]);
        story.Memory.Missed.ShouldBe(5);
    }

    [Fact]
    public void Forbid_lets_a_tick_wait_for_the_backup_before_it_and_the_next_tick_take_its_place()
    {
        var story = new ScheduleStory().StayUntil("2026-01-01T02:10:00Z");
        story.Started.Count.ShouldBe(1);
        story.Told.ShouldBe(["Waiting"]);
        story.Memory.Waiting!.Reason.ShouldBe(WaitReason.RunActive);

        story.Look("2026-01-01T02:20:00Z").Told.Count().ShouldBe(1, "it is told once");
        story.Look("2026-01-01T03:00:00Z").Started.Count.ShouldBe(1);
        story.Told.ShouldBe(["Waiting", "Skipped", "Waiting"]);
        story.Memory.Skipped.ShouldBe(1);
        story.Memory.Missed.ShouldBe(0);

        story.Look("2026-01-01T03:10:00Z").Ends(RunStage.Completed).Look();
        story.StartedTicks[^1].ShouldBe(ScheduleStory.At("2026-01-01T03:00:00Z"));
        story.Memory.Waiting.ShouldBeNull();
    }

    [Fact]
    public void A_waiting_tick_is_skipped_at_its_deadline()
    {
        var story = new ScheduleStory();
        story.Rules = story.Rules with { StartingDeadline = TimeSpan.FromMinutes(10) };
        story.StayUntil("2026-01-01T02:30:00Z");

        story.Told.ShouldBe(["Waiting", "Skipped"]);
        story.News[1].Message.ShouldContain("nightly-29453820 has not ended");
        story.Ends(RunStage.Completed).Look();
        story.Started.Count.ShouldBe(1);
        story.Memory.Skipped.ShouldBe(1);
    }

    [Fact]
    public void Allow_creates_another_beside_it()
    {
        var story = new ScheduleStory();
        story.Rules = story.Rules with { Concurrency = ConcurrencyPolicy.Allow };

        story.StayUntil("2026-01-01T03:30:00Z").Started.Count.ShouldBe(3);
    }

    [Fact]
    public void Replace_cancels_the_one_that_has_not_ended_once()
    {
        var story = new ScheduleStory();
        story.Rules = story.Rules with { Concurrency = ConcurrencyPolicy.Replace };
        story.StayUntil("2026-01-01T02:30:00Z");

        story.Started.Count.ShouldBe(2);
        story.Runs.Select(r => r.Ending).ShouldBe([true, false]);
        story.Look("2026-01-01T03:00:00Z");
        story.Runs.Select(r => r.Ending).ShouldBe([true, true, false]);
    }

    [Fact]
    public void A_failed_backup_never_stops_the_next_one()
    {
        var story = new ScheduleStory();
        for (var hour = 1; hour <= 5; hour++)
        {
            story.Look($"2026-01-01T0{hour}:00:00Z").Look($"2026-01-01T0{hour}:10:00Z").Ends(RunStage.Failed).Look();
        }

        story.Started.Count.ShouldBe(5);
        story.Memory.ConsecutiveFailures.ShouldBe(5);
        story.Told.ShouldBe(Enumerable.Repeat("RunFailed", 5));
        story.Runs.Select(r => r.Name).ShouldBe(story.Started.TakeLast(3), "history.failed is 3; the count does not depend on it");

        story.Look("2026-01-01T06:00:00Z").Look("2026-01-01T06:10:00Z").Ends(RunStage.Completed).Look();
        story.Memory.ConsecutiveFailures.ShouldBe(0);
        story.Memory.LastSuccess.ShouldBe(ScheduleStory.At("2026-01-01T06:10:00Z"));
        story.Told.Last().ShouldBe("Recovered");

        story.Look("2026-01-01T07:00:00Z").Look("2026-01-01T07:10:00Z").Ends(RunStage.Cancelled).Look();
        story.Memory.ConsecutiveFailures.ShouldBe(0, "a cancelled backup is no failure");
        story.Look("2026-01-01T08:00:00Z").Look("2026-01-01T08:10:00Z").Ends(RunStage.Failed).Look();
        story.Memory.ConsecutiveFailures.ShouldBe(1);
        story.Runs.ShouldContain(r => r.Stage == RunStage.Completed, "good ones are left to the retention");
    }

    [Fact]
    public void Nothing_is_made_up_for_after_a_suspension()
    {
        var story = new ScheduleStory().Look();
        story.Rules = story.Rules with { Suspend = true };
        story.Look("2026-01-01T00:45:00Z").Last.NextStart.ShouldBeNull();
        story.Look("2026-01-01T04:00:00Z").Started.ShouldBeEmpty();
        story.Rules = story.Rules with { Suspend = false };
        story.Look("2026-01-01T05:30:00Z").Started.ShouldBeEmpty();

        story.Memory.Skipped.ShouldBe(5);
        story.Memory.Missed.ShouldBe(0);
        story.Told.ShouldBe(["Suspended", "Resumed"]);
        story.Look("2026-01-01T06:00:00Z").Started.Count.ShouldBe(1);
    }

    [Fact]
    public void A_changed_schedule_has_no_ticks_before_the_change()
    {
        var story = new ScheduleStory("0 3 * * *").Look("2026-01-01T03:00:00Z").Look("2026-01-01T10:00:00Z");
        story.Schedule("* * * * *");
        story.Look("2026-01-01T10:00:30Z").Started.Count.ShouldBe(1);
        story.Memory.Missed.ShouldBe(0);
        story.Ends(RunStage.Completed).Look("2026-01-01T10:01:00Z").Started.Count.ShouldBe(2);
    }

    [Fact]
    public void The_first_backup_is_taken_at_once_and_once_where_that_is_asked_for()
    {
        var story = new ScheduleStory("0 3 * * *");
        story.Rules = story.Rules with { Immediate = true, Suspend = true };
        story.Look().Started.ShouldBeEmpty();
        story.Rules = story.Rules with { Suspend = false };
        story.Look().Started.ShouldHaveSingleItem().ShouldStartWith("nightly-first-");
        story.Ends(RunStage.Completed).Look().Started.Count.ShouldBe(1);
        story.Memory.LastScheduleTime.ShouldBeNull();
    }

    [Fact]
    public void A_token_runs_once_even_if_suspended_and_outside_windows()
    {
        var story = new ScheduleStory("0 3 * * *") { Token = "a", TargetProblem = "not ready" };
        story.Rules = story.Rules with { Suspend = true, Windows = [new MaintenanceWindow(new(3, 0), new(4, 0), [])] };
        story.Look().Started.ShouldHaveSingleItem().ShouldStartWith("nightly-manual-");
        story.Look().Started.Count.ShouldBe(1);

        story.Token = "b";
        story.Look().Started.Count.ShouldBe(1, "Forbid");
        story.Ends(RunStage.Failed).Look().Started.Count.ShouldBe(2);
        story.Ends(RunStage.Completed).Token = "a";
        story.Look().Started.Count.ShouldBe(2, "each token once");
        story.Memory.Triggers.Select(t => t.Token).ShouldBe(["a", "b"]);
    }

    [Fact]
    public void A_tick_outside_the_windows_waits_until_one_opens_by_the_clock_of_the_schedule()
    {
        var story = new ScheduleStory("0 12 * * *", zone: "Europe/Berlin");
        story.Rules = story.Rules with { Windows = [new MaintenanceWindow(new(22, 0), new(6, 0), [DayOfWeek.Friday])] };
        story.StayUntil("2026-01-05T00:00:00Z");

        // Friday the 2nd: the tick of 11:00 UTC waits for 22:00 in Berlin; the others are skipped when the next one comes.
        story.Runs.Single().CreatedAt.ShouldBe(ScheduleStory.At("2026-01-02T21:00:00Z"));
        story.StartedTicks.ShouldBe([ScheduleStory.At("2026-01-02T11:00:00Z")]);
        story.Memory.Skipped.ShouldBe(2, "of the 1st and of the 3rd; that of the 4th waits");
        story.Memory.Waiting!.Reason.ShouldBe(WaitReason.OutsideWindow);
    }

    [Fact]
    public void An_unhealthy_target_makes_a_tick_wait()
    {
        var story = new ScheduleStory { TargetProblem = "1 of 2 replicas are ready" };
        story.StayUntil("2026-01-01T01:30:00Z").Started.ShouldBeEmpty();
        story.Last.LookAgain!.Value.ShouldBeLessThanOrEqualTo(story.Now.AddMinutes(1));
        story.TargetProblem = null;
        story.Look().StartedTicks.ShouldBe([ScheduleStory.At("2026-01-01T01:00:00Z")]);
    }

    [Fact]
    public void A_refused_backup_is_tried_again_until_the_next_tick()
    {
        var story = new ScheduleStory();
        var decision = SchedulePlanner.Decide(
            new ScheduleObservation { Name = "nightly", Uid = "u1", CreatedAt = story.Created, Rules = story.Rules }, ScheduleStory.At("2026-01-01T01:00:00Z"));
        var refused = SchedulePlanner.Refuse(decision, "quota");
        refused.Waiting.ShouldBe(new WaitingTick(ScheduleStory.At("2026-01-01T01:00:00Z"), WaitReason.Refused, "quota"));
        refused.AccountedUntil.ShouldBe(story.Created);

        var later = SchedulePlanner.Decide(
            new ScheduleObservation { Name = "nightly", Uid = "u1", CreatedAt = story.Created, Rules = story.Rules, Memory = refused }, ScheduleStory.At("2026-01-01T02:00:00Z"));
        later.News.Select(n => n.Message).ShouldHaveSingleItem().ShouldContain("quota");
        later.Start!.Tick.ShouldBe(ScheduleStory.At("2026-01-01T02:00:00Z"));
        later.Start.Memory.Skipped.ShouldBe(1);
        later.Start.Memory.Missed.ShouldBe(0);
    }

    [Theory]
    [InlineData(ConcurrencyPolicy.Forbid)]
    [InlineData(ConcurrencyPolicy.Allow)]
    [InlineData(ConcurrencyPolicy.Replace)]
    public void A_backup_that_was_created_and_not_written_down_is_no_second_one_and_no_missed_tick(ConcurrencyPolicy policy)
    {
        var story = new ScheduleStory { Token = "a" };
        story.Rules = story.Rules with { Concurrency = policy, Immediate = true, StartingDeadline = TimeSpan.FromMinutes(10) };
        foreach (var time in new[] { "2026-01-01T00:30:00Z", "2026-01-01T00:31:00Z", "2026-01-01T03:00:00Z" })
        {
            story.DiesBeforeItWrites = true;
            story.Look(time).DiesBeforeItWrites = false;
            story.Ends(RunStage.Completed);
            story.Look(time == "2026-01-01T03:00:00Z" ? "2026-01-01T06:00:00Z" : time).Ends(RunStage.Completed);
        }

        story.Started.Count.ShouldBe(4, "by token, at once, the tick of 3 and the one of 6");
        story.StartedTicks.ShouldBe([ScheduleStory.At("2026-01-01T03:00:00Z"), ScheduleStory.At("2026-01-01T06:00:00Z")]);
        story.Memory.Missed.ShouldBe(4, "1, 2, 4 and 5");
        story.Memory.Skipped.ShouldBe(0);
        story.Memory.FirstRun.ShouldNotBeNull();
        story.Memory.Triggers.ShouldHaveSingleItem();
    }

    [Fact]
    public void A_clock_that_was_ahead_once_does_not_stop_the_schedule_until_then()
    {
        var story = new ScheduleStory().StayUntil("2026-01-01T01:10:00Z").Ends(RunStage.Completed).Look();
        story.Look("2027-06-01T00:05:00Z").Ends(RunStage.Completed).Look();
        story.Memory.AccountedUntil.ShouldBe(ScheduleStory.At("2027-06-01T00:00:00Z"));
        story.News.Clear();

        story.Look("2026-01-01T01:30:00Z");
        story.News.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            n => n.Reason.ShouldBe("ClockChanged"), n => n.IsWarning.ShouldBeTrue(), n => n.Message.ShouldContain("The schedule goes on from 2026-01-01 01:30:00Z"));
        story.Memory.ShouldSatisfyAllConditions(
            m => m.AccountedUntil.ShouldBe(story.Now), m => m.LastSuccess.ShouldBe(story.Now), m => m.LastScheduleTime.ShouldBe(story.Now));

        story.Look("2026-01-01T02:00:00Z").StartedTicks[^1].ShouldBe(ScheduleStory.At("2026-01-01T02:00:00Z"));
        story.Told.Count().ShouldBe(1, "it is told once");
    }

    [Fact]
    public void A_tick_that_waits_and_is_to_come_by_the_right_clock_is_forgotten()
    {
        var story = new ScheduleStory();
        story.Rules = story.Rules with { StartingDeadline = TimeSpan.FromHours(1) };
        story.TargetProblem = "not healthy";
        story.Look("2027-06-01T00:05:00Z").Memory.Waiting.ShouldNotBeNull();
        story.TargetProblem = null;

        story.Look("2026-01-01T01:30:00Z").Memory.Waiting.ShouldBeNull();
        story.Look("2026-01-01T02:00:00Z").StartedTicks.ShouldBe([ScheduleStory.At("2026-01-01T02:00:00Z")]);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(300)]
    public void Jitter_moves_each_start_by_its_own_time_and_never_over_the_next_tick(int minutes)
    {
        var story = new ScheduleStory();
        story.Rules = story.Rules with { Jitter = TimeSpan.FromMinutes(minutes), Concurrency = ConcurrencyPolicy.Allow };
        story.StayUntil("2026-01-03T01:30:00Z");

        story.StartedTicks.Count.ShouldBeInRange(48, 49);
        story.StartedTicks.ShouldBe(story.StartedTicks.Order());
        story.Memory.Missed.ShouldBe(0);
        var delays = story.Runs.Zip(story.StartedTicks, (run, tick) => run.CreatedAt - tick).ToList();
        delays.ShouldAllBe(d => d >= TimeSpan.Zero && d < TimeSpan.FromMinutes(Math.Min(60, minutes)));
        delays.Distinct().Count().ShouldBeGreaterThan(30);

        var again = new ScheduleStory();
        again.Rules = story.Rules;
        again.StayUntil("2026-01-03T01:30:00Z");
        again.Runs.ShouldBe(story.Runs, "another operator comes to the same moments");
    }

    [Fact]
    public void An_operator_that_comes_back_during_a_jitter_starts_the_tick_before_and_then_this_one()
    {
        var story = new ScheduleStory();
        story.Rules = story.Rules with { Jitter = TimeSpan.FromMinutes(59), Concurrency = ConcurrencyPolicy.Allow };
        story.Look("2026-01-01T05:00:01Z");

        story.StartedTicks.ShouldBe([ScheduleStory.At("2026-01-01T04:00:00Z")]);
        story.Memory.Missed.ShouldBe(3);
        story.StayUntil("2026-01-01T06:00:00Z").StartedTicks.ShouldBe([ScheduleStory.At("2026-01-01T04:00:00Z"), ScheduleStory.At("2026-01-01T05:00:00Z")]);
    }
}
