using BackupOperator.Core.Copies;
using static BackupOperator.Core.Tests.Runs.World;

namespace BackupOperator.Core.Tests.Copies;

public sealed class CopyQueueTests
{
    [Fact]
    public void Who_waits_the_longest_goes_first_and_no_more_than_the_number() =>
        Admitted([Copy("c", 1), Copy("a", 3), Copy("b", 2)], atOnce: 2).ShouldBe(["a", "b"]);

    [Fact]
    public void What_is_under_way_counts() =>
        Admitted([Copy("x", 1) with { Active = true }, Copy("a", 3), Copy("b", 2)], atOnce: 2).ShouldBe(["a", "x"]);

    [Fact]
    public void One_for_a_database_and_a_storage_and_the_others_take_no_place() =>
        Admitted([Copy("a", 4, "db|s"), Copy("b", 3, "db|s", "db|t"), Copy("c", 2, "other|s"), Copy("d", 1, "db|t")], atOnce: 3).ShouldBe(["a", "c", "d"]);

    [Fact]
    public void Whose_Job_is_refused_holds_up_nobody_and_may_try() =>
        Admitted([Copy("a", 3) with { Refused = true }, Copy("b", 2)], atOnce: 1).ShouldBe(["a", "b"]);

    [Fact]
    public void An_attempt_that_was_begun_goes_on() =>
        Admitted([Copy("a", 3), Copy("b", 2) with { Active = true }, Copy("c", 1) with { Active = true }], atOnce: 1).ShouldBe(["b", "c"]);

    private static List<string> Admitted(IReadOnlyCollection<QueuedCopy> copies, int atOnce) =>
        [.. copies.Where(c => CopyQueue.Decide(c.Uid, copies, atOnce).Admitted).Select(c => c.Uid).Order(StringComparer.Ordinal)];

    private static QueuedCopy Copy(string uid, int minutesDue, params string[] places) =>
        new(uid, uid, places.Length > 0 ? places : [uid + "|s"], Now.AddMinutes(-minutesDue));
}
