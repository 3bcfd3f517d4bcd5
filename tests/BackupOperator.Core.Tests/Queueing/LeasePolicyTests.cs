using BackupOperator.Core.Queueing;
using BackupOperator.Core.Runs;

namespace BackupOperator.Core.Tests.Queueing;

public sealed class LeasePolicyTests
{
    private static readonly RunId Me = new("MySqlBackup", "shop", "nightly", "u1");

    [Theory]
    [InlineData(null, false, LeaseVerdict.Take)]
    [InlineData("MySqlBackup/nightly/u1", false, LeaseVerdict.Held)]
    [InlineData("MySqlRestore/r/u2", false, LeaseVerdict.Wait)]
    [InlineData("MySqlRestore/r/u2", true, LeaseVerdict.Take)]
    [InlineData("MySqlBackup/nightly/u0", true, LeaseVerdict.Take)]
    public void A_lease_lives_as_long_as_its_holder(string? holder, bool over, LeaseVerdict verdict) =>
        LeasePolicy.Decide(new LeaseObservation(holder, over), Me).ShouldBe(verdict);

    [Fact]
    public void A_holder_can_be_read_again() => RunId.ParseHolder(Me.Holder, "shop").ShouldBe(Me);

    [Theory]
    [InlineData("someone")]
    [InlineData("a/b")]
    [InlineData("a/b/")]
    [InlineData(null)]
    public void A_holder_of_someone_elses_making_is_nobody(string? holder) => RunId.ParseHolder(holder, "shop").ShouldBeNull();
}
