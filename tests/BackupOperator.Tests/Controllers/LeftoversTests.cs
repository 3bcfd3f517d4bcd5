using BackupOperator.Core.Backups;
using BackupOperator.Tests.Scripted;
using static BackupOperator.Tests.Controllers.RetentionScene;

namespace BackupOperator.Tests.Controllers;

/// <summary>What becomes of what a failed run has stored.</summary>
public sealed class LeftoversTests
{
    private static readonly RunFailure Refused = new() { Reason = FailureReason.StorageRefused, Message = "no", Retryable = false };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_killed_sidecar_has_stored_is_deleted_and_the_resource_stays()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var backup = await cluster.ApplyAsync(Samples.Backup());
        var killed = await cluster.SidecarAsync(backup);
        await killed.AtAsync(RunStep.Precopying);
        await killed.DieAsync();
        var failed = await cluster.BackupAsync("nightly", b => b.Status is { Phase: BackupPhase.Failed, Pruning: not null }, "Failed");
        failed.Status.Pruning!.LeftoversOnly.ShouldBe(true);

        var prune = await PruneAsync(cluster);
        prune.Run.Prune!.Backups.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            asked => asked.Path.ShouldBe(failed.Status.Path),
            asked => asked.BackupId.ShouldBe(failed.Metadata.Uid),
            asked => asked.Unfinished.ShouldBeTrue("a manifest that was written after all stays"));
        await prune.EndsAsync();

        var after = await cluster.BackupAsync("nightly", b => b.Status.Pruning is null, "the end of the leftovers");
        (after.Status.Phase, after.Status.Failure!.Reason).ShouldBe((BackupPhase.Failed, FailureReason.SidecarDied));
        await cluster.EventAsync(after, "LeftoversRemoved");
        (await PruneJobsAsync(cluster)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_storage_that_refuses_for_good_is_told_and_left()
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var backup = await cluster.ApplyAsync(Samples.Backup());
        var sidecar = await cluster.SidecarAsync(backup);
        await sidecar.ReportAsync(new RunReport { Step = RunStep.Failed, Failure = Refused, Cleared = false });
        await sidecar.DieAsync(exitCode: (int)ExitCode.StorageRefused, failure: Refused);

        var prune = await PruneAsync(cluster);
        await prune.DieAsync(exitCode: (int)ExitCode.Usage, left: new PruneReport { Left = [new PruneProblem(0, "the bucket is locked", Untouched: true)] });

        var after = await cluster.BackupAsync("nightly", b => b.Status is { Phase: BackupPhase.Failed, Pruning: null }, "given up");
        (await cluster.EventAsync(after, "DataLeft")).Message.ShouldNotBeNull().ShouldContain("the bucket is locked");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(null)]
    public async Task A_sidecar_that_has_cleaned_up_or_stored_nothing_needs_no_Job(bool? cleared)
    {
        await using var cluster = await ScriptedCluster.StartAsync();
        var backup = await cluster.ApplyAsync(Samples.Backup());
        var sidecar = await cluster.SidecarAsync(backup);
        await sidecar.ReportAsync(new RunReport { Step = RunStep.Failed, Failure = Refused, Cleared = cleared });
        await sidecar.DieAsync(exitCode: (int)ExitCode.StorageRefused, failure: Refused);

        var failed = await cluster.BackupAsync("nightly", b => b.Status.Phase == BackupPhase.Failed, "Failed");
        failed.Status.Pruning.ShouldBeNull();
        (await cluster.Client.ListAsync<V1Job>(Samples.Namespace, new ListQuery(Pruning.PruneJob.Label), Stop)).Items.ShouldBeEmpty();
    }
}
