using BackupOperator.Core.Runs;
using BackupOperator.Core.Scheduling;
using BackupOperator.Core.Statistics;

namespace BackupOperator.Core.Tests.Scheduling;

/// <summary>Each end is counted once, whatever the clock, the order and the number of looks.</summary>
public sealed class RunOutcomesTests
{
    private static readonly DateTimeOffset Noon = new(2026, 7, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Failures_within_one_second_are_as_many_as_they_are()
    {
        var one = RunOutcomes.Count(new ScheduleMemory(), [Failed("a", 0)], Noon);
        var two = RunOutcomes.Count(one, [Failed("a", 0), Failed("b", 0)], Noon);
        two.ConsecutiveFailures.ShouldBe(2);
        RunOutcomes.Tell(one, two, []).ShouldHaveSingleItem().Reason.ShouldBe("RunFailed");
        RunOutcomes.Count(two, [Failed("a", 0), Failed("b", 0)], Noon.AddHours(1)).ShouldBe(two);
    }

    [Fact]
    public void Within_one_second_the_one_that_was_created_last_is_the_last()
    {
        RunOutcomes.Count(new ScheduleMemory(), [Failed("a", 0, created: -9), Good("b", 0, created: -5)], Noon).ConsecutiveFailures.ShouldBe(0);
        RunOutcomes.Count(new ScheduleMemory(), [Good("a", 0, created: -9), Failed("b", 0, created: -5)], Noon).ConsecutiveFailures.ShouldBe(1);
        var good = RunOutcomes.Count(new ScheduleMemory(), [Good("a", 0)], Noon);
        RunOutcomes.Count(good, [Good("a", 0), Failed("b", 0)], Noon).ConsecutiveFailures.ShouldBe(1);
    }

    [Fact]
    public void An_end_that_the_watch_tells_late_is_counted_and_is_no_news_of_the_present()
    {
        var memory = RunOutcomes.Count(new ScheduleMemory(), [Good("b", 60)], Noon.AddMinutes(1));
        memory = RunOutcomes.Count(memory, [Good("b", 60), Failed("a", 57)], Noon.AddMinutes(1));
        memory.ConsecutiveFailures.ShouldBe(0);
        memory.Statistics.Over(StatisticsPeriod.Day, Noon).Failed.ShouldBe(1);
    }

    [Fact]
    public void A_backup_from_the_future_makes_nothing_look_old()
    {
        var memory = RunOutcomes.Count(new ScheduleMemory(), [Good("a", 86_400)], Noon);
        memory = RunOutcomes.Count(memory, [Good("a", 86_400), Good("b", 60)], Noon.AddMinutes(1));
        memory.Statistics.Over(StatisticsPeriod.Day, Noon.AddMinutes(1)).Succeeded.ShouldBe(2);
        RunOutcomes.Count(memory, [Good("a", 86_400), Good("b", 60)], Noon.AddDays(3)).ShouldBe(memory);
    }

    [Fact]
    public void What_ended_before_anybody_counted_is_counted_and_no_news()
    {
        List<ScheduledRun> old = [.. Enumerable.Range(1, 20).Select(i => Good($"b{i}", -86_400 * i, seconds: i == 1 ? 900 : 100)), Failed("bad", -3600)];
        var memory = RunOutcomes.Count(new ScheduleMemory { LastFailure = Noon.AddHours(-1), ConsecutiveFailures = 1 }, old, Noon);
        memory.ConsecutiveFailures.ShouldBe(1, "an operator of an earlier version has counted that");
        memory.Statistics.Over(StatisticsPeriod.Month, Noon).Succeeded.ShouldBe(20);
        memory.Statistics.Anomalies.ShouldHaveSingleItem().Run.ShouldBe("b1");
        RunOutcomes.Tell(new ScheduleMemory { LastFailure = Noon.AddHours(-1), ConsecutiveFailures = 1 }, memory, []).ShouldBeEmpty();
        var slow = RunOutcomes.Count(memory, [.. old, Good("new", 0, seconds: 1000)], Noon);
        RunOutcomes.Tell(memory, slow, []).Select(n => n.Reason).ShouldContain("Anomaly");
    }

    [Fact]
    public void Whatever_is_seen_when_and_whoever_forgets_what_each_is_counted_once()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var time = Noon;
            var all = new List<ScheduledRun>();
            var hidden = new List<ScheduledRun>();
            var seen = new List<ScheduledRun>();
            var memory = new ScheduleMemory();
            for (var step = 0; step < 100; step++)
            {
                time = time.AddSeconds(random.Next(random.Next(3) == 0 ? 4000 : 3));
                for (var i = random.Next(3); i > 0; i--)
                {
                    var run = random.Next(3) == 0 ? Good($"r{all.Count}", 0) : Failed($"r{all.Count}", 0);
                    all.Add(run with { CompletedAt = time, CreatedAt = time });
                    (random.Next(4) == 0 ? hidden : seen).Add(all[^1]);
                }

                // The watch is behind by some minutes at most.
                foreach (var late in hidden.Where(r => r.CompletedAt < time.AddMinutes(-8) || random.Next(3) == 0).ToList())
                {
                    hidden.Remove(late);
                    seen.Add(late);
                    memory = RunOutcomes.Count(memory, seen, late.CompletedAt!.Value.AddMinutes(9) < time ? late.CompletedAt.Value.AddMinutes(9) : time);
                }

                memory = RunOutcomes.Count(memory, seen, time);
                if (random.Next(5) == 0)
                {
                    seen.RemoveAll(r => random.Next(2) == 0);
                }
            }

            memory = RunOutcomes.Count(memory, [.. seen, .. hidden], time);
            var sum = memory.Statistics.Over(StatisticsPeriod.Month, time);
            (sum.Succeeded + sum.Failed).ShouldBe(all.Count, $"seed {seed}");
            memory.Counted!.Since.Count.ShouldBeLessThanOrEqualTo(100);
        }
    }

    private static ScheduledRun Good(string name, int at, int created = -30, int seconds = 100) => new(name, RunStage.Completed, Noon.AddSeconds(created))
    {
        CompletedAt = Noon.AddSeconds(at),
        Measures = new RunMeasures(TimeSpan.FromSeconds(seconds), 1000, 100),
    };

    private static ScheduledRun Failed(string name, int at, int created = -30) => new(name, RunStage.Failed, Noon.AddSeconds(created)) { CompletedAt = Noon.AddSeconds(at) };
}
