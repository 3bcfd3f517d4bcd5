using BackupOperator.Runs;

namespace BackupOperator.Tests.Runs;

public sealed class ReportReaderTests
{
    [Fact]
    public void Every_step_of_the_sidecar_is_known_to_the_planner() =>
        Enum.GetNames<RunStep>().Order(StringComparer.Ordinal).ShouldBe(Enum.GetNames<SidecarStep>().Order(StringComparer.Ordinal));

    [Fact]
    public void Every_reason_of_the_planner_is_one_of_the_products_words() =>
        typeof(RunReason).GetFields().Select(f => f.Name).ShouldBeSubsetOf(typeof(FailureReason).GetFields().Select(f => f.Name));

    [Fact]
    public void A_result_is_a_backups_or_a_restores()
    {
        ReportReader.Read(new RunReport { Step = RunStep.Done })!.HasResult.ShouldBeFalse();
        ReportReader.Read(new RunReport { Restore = new RestoreResult { BackupId = "b", LogicalBytes = 1, Files = 1, Started = true } })!.HasResult.ShouldBeTrue();
    }

    [Fact]
    public void No_report_is_none() => ReportReader.Read(null).ShouldBeNull();
}
