using BackupOperator.Core.Queueing;
using BackupOperator.Core.Runs;

namespace BackupOperator.Core.Tests.Queueing;

public sealed class QueuePolicyTests
{
    private static readonly DateTimeOffset Start = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static QueuedRun Run(string name, string target, int minute, RunStage stage = RunStage.Queued, bool emergency = false) =>
        new(new RunId("MySqlBackup", "shop", name, name), target, emergency, Start.AddMinutes(minute), stage);

    [Fact]
    public void The_oldest_run_of_a_target_goes_first()
    {
        var first = Run("a", "db", 0);
        var second = Run("b", "db", 1);

        QueuePolicy.Decide(first.Run, [second, first], 5).Admitted.ShouldBeTrue();
        var waits = QueuePolicy.Decide(second.Run, [second, first], 5);
        waits.Admitted.ShouldBeFalse();
        waits.Position.ShouldBe(2);
        waits.WaitsFor.ShouldNotBeNull().ShouldContain("MySqlBackup a");
    }

    [Fact]
    public void A_busy_target_makes_its_next_run_wait_and_no_other()
    {
        var busy = Run("a", "db", 0, RunStage.Running);
        var same = Run("b", "db", 1);
        var other = Run("c", "web", 2);

        QueuePolicy.Decide(same.Run, [busy, same, other], 2).Admitted.ShouldBeFalse();
        QueuePolicy.Decide(other.Run, [busy, same, other], 2).Admitted.ShouldBeTrue();
    }

    [Fact]
    public void Targets_of_the_same_name_in_two_namespaces_are_two_targets()
    {
        var busy = Run("a", "db", 0, RunStage.Running);
        var other = busy with { Run = busy.Run with { Namespace = "blog", Uid = "b" }, Stage = RunStage.Queued };

        QueuePolicy.Decide(other.Run, [busy, other], 2).Admitted.ShouldBeTrue();
    }

    [Fact]
    public void An_emergency_goes_to_the_head()
    {
        var old = Run("a", "db", 0);
        var urgent = Run("b", "db", 9, emergency: true);

        QueuePolicy.Decide(urgent.Run, [old, urgent], 1).Admitted.ShouldBeTrue();
        QueuePolicy.Decide(old.Run, [old, urgent], 1).Admitted.ShouldBeFalse();
    }

    [Fact]
    public void Fifty_targets_get_five_slots_and_each_has_its_turn()
    {
        var waiting = Enumerable.Range(0, 50).Select(i => Run($"r{i:00}", $"t{i:00}", i)).ToList();
        var over = 0;
        while (waiting.Count > 0)
        {
            var admitted = waiting.Where(r => QueuePolicy.Decide(r.Run, waiting, 5).Admitted).ToList();
            admitted.Count.ShouldBe(Math.Min(5, waiting.Count));
            waiting.RemoveAll(admitted.Contains);
            over += admitted.Count;
        }

        over.ShouldBe(50);
    }

    [Fact]
    public void Runs_that_wait_for_a_missing_target_block_nobody()
    {
        var pending = Run("a", "db", 0, RunStage.Pending);
        var queued = Run("b", "db", 1);

        QueuePolicy.Decide(queued.Run, [pending, queued], 1).Admitted.ShouldBeTrue();
    }

    [Fact]
    public void Runs_whose_target_was_left_stopped_block_nobody_but_those_behind_them_for_that_target()
    {
        var blocked = Run("a", "broken", 0) with { IsBlocked = true };
        var behind = Run("b", "broken", 1);
        var other = Run("c", "db", 2);

        QueuePolicy.Decide(other.Run, [blocked, behind, other], 1).Admitted.ShouldBeFalse("the one behind competes as long as nobody has looked at it");
        QueuePolicy.Decide(other.Run, [blocked, behind with { IsBlocked = true }, other], 1).Admitted.ShouldBeTrue();
        QueuePolicy.Decide(behind.Run, [blocked, behind, other], 5).Admitted.ShouldBeFalse();
        QueuePolicy.Admitted([blocked, behind, other], 1).ShouldBe([other.Run]);
    }

    [Fact]
    public void Those_who_are_woken_are_those_who_are_admitted()
    {
        var random = new Random(7);
        RunStage[] stages = [RunStage.Pending, RunStage.New, RunStage.Queued, RunStage.Queued, RunStage.Queued, RunStage.Preparing, RunStage.Running];
        for (var round = 0; round < 300; round++)
        {
            var runs = Enumerable.Range(0, random.Next(1, 30))
                .Select(i => Run($"r{i}", $"db{random.Next(8)}", random.Next(5), stages[random.Next(stages.Length)], random.Next(4) == 0))
                .ToList();
            var most = random.Next(1, 7);
            QueuePolicy.Admitted(runs, most).Order(Comparer<RunId>.Create((a, b) => string.CompareOrdinal(a.Uid, b.Uid))).ShouldBe(
                runs.Where(r => r.Stage is RunStage.New or RunStage.Queued && QueuePolicy.Decide(r.Run, runs, most).Admitted)
                    .Select(r => r.Run).OrderBy(r => r.Uid, StringComparer.Ordinal));
        }
    }
}
