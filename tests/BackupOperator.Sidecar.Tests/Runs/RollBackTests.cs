using System.Collections.Concurrent;
using BackupOperator.Api.Entities;
using BackupOperator.Sidecar.Swapping;
using static BackupOperator.Sidecar.Tests.Runs.SwapScene;

namespace BackupOperator.Sidecar.Tests.Runs;

/// <summary>What does not start on the restored data gets its old data back, and whoever dies on the way, the next one gets there.</summary>
public sealed class RollBackTests
{
    [Fact]
    public async Task Restored_data_that_does_not_start_is_replaced_by_the_old_data()
    {
        await using var fixture = await RunFixture.StartAsync(MySqlRestore.KindName);
        fixture.ResumeTimeout = TimeSpan.FromSeconds(2);
        fixture.Target.FitToStart = () => Content(fixture.DataDirectory) == "old";
        fixture.Archive.On = async (call, token) =>
        {
            if (call == "Restore")
            {
                await File.WriteAllTextAsync(Path.Combine(Folders(fixture).Restore, "db-0.err"), "x [Note] hello\ny [ERROR] InnoDB: the tablespace is of a newer version\n", token);
            }
        };

        (await fixture.RunAsync()).ShouldBe(ExitCode.RolledBack);

        Content(fixture.DataDirectory).ShouldBe("old");
        await fixture.ShouldServeAgainAsync();
        Directory.EnumerateFileSystemEntries(fixture.DataDirectory, ".mysqlbackup-*").ShouldBeEmpty();
        var failure = (await fixture.ReportAsync()).Failure!;
        failure.Reason.ShouldBe(FailureReason.RolledBack);
        failure.Message.ShouldContain("the tablespace is of a newer version");
    }

    [Fact]
    public async Task A_pod_that_fails_again_and_again_ends_the_wait_for_the_answer()
    {
        await using var fixture = await RunFixture.StartAsync(MySqlRestore.KindName);
        fixture.ResumeTimeout = TimeSpan.FromMinutes(5);
        fixture.Target.FitToStart = () => Content(fixture.DataDirectory) == "old";
        fixture.Target.Restarts = 5;
        (await fixture.RunAsync().WaitAsync(TimeSpan.FromSeconds(30))).ShouldBe(ExitCode.RolledBack);
        Content(fixture.DataDirectory).ShouldBe("old");
    }

    [Theory]
    [InlineData(SwapState.MovingOut, true)]
    [InlineData(SwapState.MovingIn, true)]
    [InlineData(SwapState.Swapped, true)]
    [InlineData(SwapState.Swapped, false)]
    public async Task A_swap_that_was_killed_is_finished_by_the_next_attempt(SwapState state, bool stopped)
    {
        await using var fixture = await RunFixture.StartAsync(MySqlRestore.KindName);
        if (stopped)
        {
            await fixture.LeaveStoppedAsync(DateTimeOffset.UtcNow, swapping: true);
            await fixture.WaitForDatabaseAsync(running: false);
        }

        await LeaveSwapAsync(fixture, state);
        var journal = new DirectorySwap(Folders(fixture));
        var startedOn = new ConcurrentQueue<SwapState?>();
        fixture.Target.FitToStart = () =>
        {
            startedOn.Enqueue(journal.Journal?.State);
            return true;
        };

        (await fixture.RunAsync()).ShouldBe(ExitCode.Success);

        startedOn.ShouldNotContain(on => on == SwapState.MovingOut || on == SwapState.MovingIn, "a server that is started in between writes files that then are in the way");

        fixture.Archive.Calls.ShouldBeEmpty("the storage is not needed any more");
        Content(fixture.DataDirectory).ShouldBe("new");
        Content(Folders(fixture).Previous).ShouldBe("old");
        await fixture.ShouldServeAgainAsync();
        (await fixture.ReportAsync()).Restore!.BackupId.ShouldBe("backup-1");
    }

    [Theory]
    [InlineData(SwapState.TakingOut)]
    [InlineData(SwapState.PuttingBack)]
    public async Task A_roll_back_that_was_killed_is_finished_by_the_next_attempt(SwapState state)
    {
        await using var fixture = await RunFixture.StartAsync(MySqlRestore.KindName);
        await fixture.LeaveStoppedAsync(DateTimeOffset.UtcNow, swapping: true);
        await fixture.WaitForDatabaseAsync(running: false);
        await LeaveSwapAsync(fixture, state);
        (await fixture.RunAsync()).ShouldBe(ExitCode.RolledBack);
        Content(fixture.DataDirectory).ShouldBe("old");
        await fixture.ShouldServeAgainAsync();
        (await fixture.ReportAsync()).Failure!.Message.ShouldContain("no answer");
    }

    [Theory]
    [InlineData(SwapState.MovingOut)]
    [InlineData(SwapState.MovingIn)]
    [InlineData(SwapState.Swapped)]
    [InlineData(null)]
    public async Task A_roll_back_run_brings_the_old_data_back_and_starts_it(SwapState? state)
    {
        await using var fixture = await RunFixture.StartAsync(MySqlRestore.KindName);
        await fixture.LeaveStoppedAsync(DateTimeOffset.UtcNow, swapping: true);
        await fixture.WaitForDatabaseAsync(running: false);
        if (state is { } open)
        {
            await LeaveSwapAsync(fixture, open);
        }

        (await fixture.RunAsync(runKind: RunKind.RollBack)).ShouldBe(ExitCode.Success);

        Content(fixture.DataDirectory).ShouldBe("old");
        await fixture.ShouldServeAgainAsync();
        Directory.EnumerateFileSystemEntries(fixture.DataDirectory, ".mysqlbackup-*").ShouldBeEmpty();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public async Task A_roll_back_run_takes_the_replicas_as_someone_has_set_them_and_ends_with_those_that_were_recorded(int replicas)
    {
        await using var fixture = await RunFixture.StartAsync(MySqlRestore.KindName, replicas: 3);
        await fixture.LeaveStoppedAsync(DateTimeOffset.UtcNow, swapping: true);
        await fixture.WaitForDatabaseAsync(running: false);
        await LeaveSwapAsync(fixture, SwapState.MovingIn);
        fixture.Target.FitToStart = () => Content(fixture.DataDirectory) is "old" or "new";
        await fixture.ScaleAsync(replicas);

        (await fixture.RunAsync(runKind: RunKind.RollBack)).ShouldBe(ExitCode.Success);

        Content(fixture.DataDirectory).ShouldBe("old");
        await fixture.ShouldServeAgainAsync();
    }

    [Fact]
    public async Task Neither_data_starting_ends_with_the_old_data_and_no_mark()
    {
        await using var fixture = await RunFixture.StartAsync(MySqlRestore.KindName, fitToStart: false);
        fixture.ResumeTimeout = TimeSpan.FromMilliseconds(300);
        (await fixture.RunAsync()).ShouldBe(ExitCode.RolledBack);
        (await fixture.MarkAsync()).ShouldBeNull();
        Content(fixture.DataDirectory).ShouldBe("old");
        (await fixture.ReportAsync()).Failure!.Message.ShouldContain("as it did not before");
    }
}
