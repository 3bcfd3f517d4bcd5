using BackupOperator.Api.Entities;

namespace BackupOperator.Sidecar.Tests.Runs;

/// <summary>Attempts at a backup of the last replica, of which nobody knows how it replicates.</summary>
public sealed class ReplicaAttemptTests
{
    [Fact]
    public async Task The_first_attempt_ends_for_good_and_says_no_word_of_a_report()
    {
        await using var fixture = await StartAsync();
        (await fixture.RunAsync()).ShouldBe(ExitCode.ReplicaUnfit);
        (await fixture.HasReportAsync()).ShouldBeFalse();
        fixture.Archive.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_later_attempt_that_has_nothing_to_stop_any_more_does_not_ask()
    {
        await using var fixture = await StartAsync();
        await fixture.LeaveReportAsync(new RunReport { Pod = "sidecar-0", Step = RunStep.Uploading });
        fixture.Archive.Committed = true;

        (await fixture.RunAsync()).ShouldBe(ExitCode.Success);
        fixture.Archive.Calls.ShouldNotContain("Read");
        (await fixture.ReportAsync()).Step.ShouldBe(RunStep.Done);
    }

    [Fact]
    public async Task A_later_attempt_that_must_not_stop_the_replica_is_followed_by_another_one()
    {
        await using var fixture = await StartAsync();
        await fixture.LeaveReportAsync(new RunReport { Pod = "sidecar-0", Step = RunStep.Precopying });

        (await fixture.RunAsync()).ShouldBe(ExitCode.ReplicaNotFitNow);
        ((int)ExitCode.ReplicaNotFitNow).ShouldBeLessThan((int)ExitCode.Usage, "what is final begins there");
        (await fixture.StatefulSetAsync()).Spec!.Replicas.ShouldBe(2);
        fixture.Archive.Calls.ShouldNotContain("Read");
        fixture.Archive.Calls.ShouldNotContain("Abort", "the next attempt goes on with what is stored");
        var failure = (await fixture.ReportAsync()).Failure!;
        (failure.Reason, failure.Retryable).ShouldBe((FailureReason.ReplicaUnfit, true));
        failure.Message.ShouldContain("db-1 may not be stopped alone");
    }

    private static async Task<RunFixture> StartAsync()
    {
        var fixture = await RunFixture.StartAsync(MySqlBackup.KindName, replicas: 2);
        fixture.Aim = target => target with { QuiescedReplicas = 1, Ordinal = 1, Pod = "db-1", Claim = "data-db-1" };
        return fixture;
    }
}
