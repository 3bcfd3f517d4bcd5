using BackupOperator.Kubernetes.Serialization;
using BackupOperator.Runs;

namespace BackupOperator.Tests.Runs;

public sealed class ReportReaderTests
{
    [Fact]
    public void Every_step_of_the_sidecar_is_known_to_the_planner() =>
        Enum.GetNames<RunStep>().Append(nameof(SidecarStep.Unknown)).Order(StringComparer.Ordinal).ShouldBe(Enum.GetNames<SidecarStep>().Order(StringComparer.Ordinal));

    [Fact]
    public void A_step_of_a_newer_sidecar_leaves_the_rest_readable_and_says_that_the_work_has_begun()
    {
        var report = KubernetesJson.Deserialize<RunReport>("""{"pod": "p", "step": "Polishing", "swapOpen": true}""").ShouldNotBeNull();

        report.SwapOpen.ShouldBe(true);
        ReportReader.Read(report)!.Step.ShouldBe(SidecarStep.Unknown);
        KubernetesJson.Deserialize<RunReport>(KubernetesJson.Serialize(new RunReport { Step = RunStep.Done }))!.Step.ShouldBe(RunStep.Done);
        KubernetesJson.Serialize(report).ShouldNotContain("step");
    }

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
