using System.Text.RegularExpressions;
using BackupOperator.Core.Naming;

namespace BackupOperator.Core.Tests.Naming;

public sealed partial class RunNamesTests
{
    private const string Uid = "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed";

    [Fact]
    public void A_job_is_named_after_its_resource_and_uid() => RunNames.Job("nightly", Uid).ShouldBe("nightly-1b9d6bcd");

    [Theory]
    [InlineData("nightly")]
    [InlineData("nightly.of.the.shop")]
    [InlineData("a-name-that-is-longer-than-any-job-could-bear-because-its-pods-need-a-suffix-too")]
    [InlineData("ends-in-a-dash-just-where-the-name-is-cut-off---------------x")]
    public void Names_are_valid_for_jobs_and_their_pods(string resource)
    {
        foreach (var name in new[] { RunNames.Job(resource, Uid), RunNames.RollBackJob(resource, Uid), RunNames.RemovePreviousJob(resource, Uid) })
        {
            name.Length.ShouldBeLessThanOrEqualTo(52);
            DnsLabel().IsMatch(name).ShouldBeTrue(name);
        }
    }

    [Fact]
    public void The_jobs_of_one_restore_do_not_share_a_name() =>
        new[] { RunNames.Job("r", Uid), RunNames.RollBackJob("r", Uid), RunNames.RemovePreviousJob("r", Uid) }.ShouldBeUnique();

    [GeneratedRegex("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")]
    private static partial Regex DnsLabel();
}
