using BackupOperator.Api.Entities;
using BackupOperator.Sidecar.Swapping;
using static BackupOperator.Sidecar.Tests.Runs.SwapScene;

namespace BackupOperator.Sidecar.Tests.Runs;

/// <summary>The report says whether a swap is open, in step with the journal on the disk.</summary>
public sealed class SwapReportTests
{
    private static readonly RestoreResult Result = new() { BackupId = "backup-1", LogicalBytes = 10, Files = 2, PreviousData = "x", Started = true };

    [Fact]
    public async Task The_swap_is_told_before_the_first_rename_and_its_end_with_the_result()
    {
        await using var fixture = await RunFixture.StartAsync(MySqlRestore.KindName);
        bool? told = null;
        fixture.Target.FitToStart = () =>
        {
            // Asked again and again, with the restored data in place from the swap on.
            if (Content(fixture.DataDirectory) == "new" && File.Exists(Folders(fixture).Journal))
            {
                told ??= fixture.ReportAsync().GetAwaiter().GetResult().SwapOpen;
            }

            return true;
        };

        (await fixture.RunAsync()).ShouldBe(ExitCode.Success);

        told.ShouldBe(true);
        (await fixture.ReportAsync()).ShouldSatisfyAllConditions(r => r.SwapOpen.ShouldBe(false), r => r.Restore.ShouldNotBeNull());
    }

    [Fact]
    public async Task A_backup_says_nothing_of_it()
    {
        await using var fixture = await RunFixture.StartAsync();
        (await fixture.RunAsync()).ShouldBe(ExitCode.Success);
        (await fixture.ReportAsync()).SwapOpen.ShouldBeNull();
    }

    [Fact]
    public async Task What_was_undone_is_closed()
    {
        await using var fixture = await RunFixture.StartAsync(MySqlRestore.KindName);
        fixture.ResumeTimeout = TimeSpan.FromSeconds(2);
        fixture.Target.FitToStart = () => Content(fixture.DataDirectory) == "old";
        (await fixture.RunAsync()).ShouldBe(ExitCode.RolledBack);
        (await fixture.ReportAsync()).SwapOpen.ShouldBe(false);
    }

    [Fact]
    public async Task An_attempt_that_may_not_look_keeps_what_was_told()
    {
        await using var fixture = await RunFixture.StartAsync(MySqlRestore.KindName);
        await LeaveSwapAsync(fixture, SwapState.MovingIn);
        await fixture.LeaveReportAsync(new RunReport { Step = RunStep.Swapping, SwapOpen = true, StoppedAt = DateTimeOffset.UtcNow });
        await fixture.ScaleAsync(0);

        (await fixture.RunAsync(pod: "sidecar-2")).ShouldBe(ExitCode.TargetChanged);

        (await fixture.ReportAsync()).ShouldSatisfyAllConditions(
            r => r.SwapOpen.ShouldBe(true),
            r => r.Step.ShouldBe(RunStep.Failed),
            r => r.Failure!.Message.ShouldContain("An earlier attempt of this run has scaled StatefulSet default/db to 0, and someone has removed the annotation"));
    }

    [Fact]
    public async Task A_swap_that_was_announced_and_never_begun_is_closed()
    {
        await using var fixture = await RunFixture.StartAsync(MySqlRestore.KindName);
        await fixture.LeaveReportAsync(new RunReport { Step = RunStep.Quiescing, SwapOpen = true });
        fixture.Archive.On = (call, _) => call == "Open" ? throw new BackupOperator.Archive.CorruptArchiveException("damaged") : Task.CompletedTask;
        (await fixture.RunAsync(pod: "sidecar-2")).ShouldBe(ExitCode.CorruptArchive);
        (await fixture.ReportAsync()).SwapOpen.ShouldBe(false);
    }

    [Fact]
    public async Task Data_that_is_all_in_place_is_started_however_long_the_downtime_has_lasted()
    {
        await using var fixture = await RunFixture.StartAsync(MySqlRestore.KindName);
        await fixture.LeaveStoppedAsync(DateTimeOffset.UtcNow.AddHours(-1), swapping: true);
        await fixture.WaitForDatabaseAsync(running: false);
        await LeaveSwapAsync(fixture, SwapState.Swapped);

        (await fixture.RunAsync(pod: "sidecar-2")).ShouldBe(ExitCode.Success);

        Content(fixture.DataDirectory).ShouldBe("new");
        await fixture.ShouldServeAgainAsync();
    }

    [Theory]
    [InlineData(RunKind.Restore)]
    [InlineData(RunKind.RollBack)]
    public async Task A_restore_whose_result_is_known_is_made_final_and_never_undone(RunKind kind)
    {
        await using var fixture = await RunFixture.StartAsync(MySqlRestore.KindName);
        await LeaveSwapAsync(fixture, SwapState.Swapped);
        await fixture.LeaveReportAsync(new RunReport { Step = RunStep.Failed, SwapOpen = true, Restore = Result, Failure = new RunFailure { Reason = "X", Message = "x", Retryable = true } });

        (await fixture.RunAsync(pod: "sidecar-2", runKind: kind)).ShouldBe(ExitCode.Success);

        Content(fixture.DataDirectory).ShouldBe("new");
        Content(Folders(fixture).Previous).ShouldBe("old");
        File.Exists(Folders(fixture).Journal).ShouldBeFalse();
        (await fixture.ReportAsync()).ShouldSatisfyAllConditions(
            r => r.SwapOpen.ShouldBe(false), r => r.Restore.ShouldBe(Result), r => r.Step.ShouldBe(RunStep.Done), r => r.Failure.ShouldBeNull());
    }

    [Fact]
    public async Task A_roll_back_undoes_a_swap_that_MySQL_runs_on_without_any_mark()
    {
        await using var fixture = await RunFixture.StartAsync(MySqlRestore.KindName);
        await LeaveSwapAsync(fixture, SwapState.Swapped);
        await fixture.LeaveReportAsync(new RunReport { Step = RunStep.Resuming, SwapOpen = true, StoppedAt = DateTimeOffset.UtcNow.AddMinutes(-1), ResumedAt = DateTimeOffset.UtcNow });

        (await fixture.RunAsync(pod: "sidecar-2", runKind: RunKind.RollBack)).ShouldBe(ExitCode.Success);

        Content(fixture.DataDirectory).ShouldBe("old");
        await fixture.ShouldServeAgainAsync();
        (await fixture.ReportAsync()).SwapOpen.ShouldBe(false);
    }

    [Fact]
    public async Task A_signal_after_the_swap_ends_with_the_result_and_without_a_journal()
    {
        await using var fixture = await RunFixture.StartAsync(MySqlRestore.KindName);
        using var signal = new CancellationTokenSource();
        fixture.Target.FitToStart = () =>
        {
            if (Content(fixture.DataDirectory) == "new")
            {
                signal.Cancel();
            }

            return true;
        };

        (await fixture.RunAsync(cancellationToken: signal.Token)).ShouldBe(ExitCode.Success);

        Content(fixture.DataDirectory).ShouldBe("new");
        (await fixture.ReportAsync()).ShouldSatisfyAllConditions(r => r.Restore.ShouldNotBeNull(), r => r.SwapOpen.ShouldBe(false));
    }
}
