using BackupOperator.MySql.ServerFiles;

namespace BackupOperator.MySql.Tests.ServerFiles;

public sealed class GtidSetTests
{
    private static readonly Guid A = Guid.Parse("0a000000-0000-0000-0000-000000000000");
    private static readonly Guid B = Guid.Parse("0b000000-0000-0000-0000-000000000000");

    [Fact]
    public void Intervals_join_and_come_in_order()
    {
        var set = new GtidSet();
        set.Add(B, 3);
        set.Add(A, 10, 20);
        set.Add(A, 21);
        set.Add(A, 1);
        set.Add(A, 5, 12);
        set.Add(A, 2);

        set.ToString().ShouldBe($"{A}:1-2:5-21,{B}:3");
    }

    [Fact]
    public void An_empty_set_is_empty_text() => new GtidSet().ToString().ShouldBe("");
}
