using BackupOperator.Core.Conditions;

namespace BackupOperator.Core.Tests.Conditions;

public sealed class ConditionSetTests
{
    private static readonly DateTimeOffset Before = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Now = Before.AddHours(1);

    private static readonly IReadOnlyList<Condition> Held =
        [new Condition("LockHeld", ConditionStatus.True, "Held") { LastTransitionTime = Before, ObservedGeneration = 1 }];

    [Fact]
    public void The_transition_time_moves_when_the_status_flips() =>
        ConditionSet.Merge(Held, [new Condition("LockHeld", ConditionStatus.False, "Released")], 1, Now)[0].LastTransitionTime.ShouldBe(Now);

    [Fact]
    public void The_transition_time_stays_when_only_the_words_change()
    {
        var merged = ConditionSet.Merge(Held, [new Condition("LockHeld", ConditionStatus.True, "StillHeld")], 1, Now);

        merged[0].LastTransitionTime.ShouldBe(Before);
        merged[0].Reason.ShouldBe("StillHeld");
    }

    [Fact]
    public void What_is_not_spoken_of_stays() =>
        ConditionSet.Merge(Held, [new Condition("Complete", ConditionStatus.False, "InProgress")], 1, Now).Select(c => c.Type)
            .ShouldBe(["LockHeld", "Complete"]);

    [Fact]
    public void An_equal_outcome_gives_an_equal_list() =>
        ConditionSet.Merge(Held, [new Condition("LockHeld", ConditionStatus.True, "Held")], 1, Now).ShouldBe(Held);
}
