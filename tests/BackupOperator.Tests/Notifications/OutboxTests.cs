using BackupOperator.Notifications;

namespace BackupOperator.Tests.Notifications;

public sealed class OutboxTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Outbox outbox = new(TimeSpan.FromHours(1));

    [Fact]
    public void The_same_problem_is_told_once_in_the_cool_down_and_then_with_how_often_it_was_held_back()
    {
        outbox.Add(Problem(0)).ShouldBeTrue();
        outbox.Add(Problem(20)).ShouldBeFalse();
        outbox.Add(Problem(40)).ShouldBeFalse();
        outbox.Add(Problem(20, target: "other")).ShouldBeTrue();
        outbox.Add(Problem(60)).ShouldBeTrue();

        outbox.Take(10).Select(o => (o.Notification.Target, o.HeldBack)).ShouldBe([("db", 0), ("other", 0), ("db", 2)]);
    }

    [Fact]
    public void The_end_of_a_problem_is_always_told_and_a_new_one_after_it_too()
    {
        outbox.Add(Problem(0)).ShouldBeTrue();
        outbox.Add(Problem(1) with { Kind = NotificationKind.BackupRecovered }).ShouldBeTrue();
        outbox.Add(Problem(2)).ShouldBeTrue();
        outbox.Add(Problem(3) with { Kind = NotificationKind.BackupRecovered }).ShouldBeTrue();
        outbox.Count.ShouldBe(4);
    }

    [Fact]
    public void Different_problems_of_a_target_do_not_hide_each_other()
    {
        outbox.Add(Problem(0)).ShouldBeTrue();
        outbox.Add(Problem(0) with { Kind = NotificationKind.DatabaseLeftStopped }).ShouldBeTrue();
        outbox.Add(Problem(0) with { Namespace = "elsewhere" }).ShouldBeTrue();
    }

    [Fact]
    public void A_receiver_that_is_away_for_long_loses_the_oldest()
    {
        for (var i = 0; i < Outbox.Capacity + 3; i++)
        {
            outbox.Add(Problem(0, target: $"db-{i}"));
        }

        outbox.Dropped.ShouldBe(3);
        var batch = outbox.Take(2);
        batch.Select(o => o.Notification.Target).ShouldBe(["db-3", "db-4"]);
        outbox.Count.ShouldBe(Outbox.Capacity - 2);
    }

    private static Notification Problem(int minute, string target = "db") =>
        new(NotificationKind.BackupFailed, "shop", target, "MySqlBackup nightly", "StorageUnavailable", "the bucket is gone", Start.AddMinutes(minute));
}
