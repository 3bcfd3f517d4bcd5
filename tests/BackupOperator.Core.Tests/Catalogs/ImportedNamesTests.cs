using BackupOperator.Core.Catalogs;

namespace BackupOperator.Core.Tests.Catalogs;

public sealed class ImportedNamesTests
{
    private static readonly DateTimeOffset At = new(2025, 3, 4, 5, 6, 7, TimeSpan.Zero);

    [Fact]
    public void The_old_name_comes_first_and_then_one_of_the_backup_alone()
    {
        var names = ImportedNames.Of("db", "id", At, "nightly-1");
        names.Count.ShouldBe(2);
        names[0].ShouldBe("nightly-1");
        names[1].ShouldMatch("^nightly-1-[0-9a-f]{8}$");
        ImportedNames.Of("db", "id", At, "nightly-1").ShouldBe(names);
        ImportedNames.Of("db", "other", At, "nightly-1")[1].ShouldNotBe(names[1]);
        ImportedNames.Of("db", "id", At, null).ShouldHaveSingleItem().ShouldMatch("^db-20250304-050607-[0-9a-f]{8}$");
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("Upper")]
    [InlineData("a..b")]
    [InlineData("-a")]
    [InlineData("a\n")]
    [InlineData("")]
    public void A_name_that_can_be_none_is_not_taken(string name)
    {
        ImportedNames.Of("db", "id", At, name).ShouldHaveSingleItem().ShouldStartWith("db-2025");
        ImportedNames.Schedule(name).ShouldBeNull();
    }

    [Fact]
    public void Names_are_never_too_long()
    {
        ImportedNames.Of("db", "id", At, new string('a', 201)).ShouldHaveSingleItem().ShouldStartWith("db-2025");
        ImportedNames.Of("db", "id", At, new string('a', 200)).ShouldAllBe(n => n.Length <= 253);
        ImportedNames.Schedule(new string('a', 52)).ShouldNotBeNull();
        ImportedNames.Schedule(new string('a', 53)).ShouldBeNull();
    }
}
