using BackupOperator.Api.Entities;
using BackupOperator.Sidecar.Locking;
using BackupOperator.Sidecar.Swapping;
using static BackupOperator.Sidecar.Tests.Runs.SwapScene;

namespace BackupOperator.Sidecar.Tests.Runs;

public sealed class RestoreRunTests
{
    [Fact]
    public async Task A_restore_stops_MySQL_only_for_the_swap_and_keeps_the_old_data()
    {
        await using var fixture = await RunFixture.StartAsync(MySqlRestore.KindName);
        var runningDuringDownload = false;
        fixture.Archive.On = (call, _) =>
        {
            runningDuringDownload |= call == "Restore" && fixture.DatabaseRuns;
            return Task.CompletedTask;
        };

        (await fixture.RunAsync()).ShouldBe(ExitCode.Success);

        runningDuringDownload.ShouldBeTrue();
        Content(fixture.DataDirectory).ShouldBe("new");
        Content(Folders(fixture).Previous).ShouldBe("old");
        await fixture.ShouldServeAgainAsync();
        File.Exists(Folders(fixture).Journal).ShouldBeFalse();
        var report = await fixture.ReportAsync();
        report.Step.ShouldBe(RunStep.Done);
        report.Restore.ShouldBe(new RestoreResult
        {
            BackupId = "backup-1",
            LogicalBytes = 10,
            Files = 2,
            PreviousData = $".mysqlbackup-{fixture.Uid}/.mysqlbackup-previous",
            Started = true,
        });
        report.AnsweredAt.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_server_that_is_starting_for_an_attempt_that_died_is_not_stopped_before_it_is_up()
    {
        await using var fixture = await RunFixture.StartAsync(MySqlRestore.KindName);
        await fixture.LeaveStoppedAsync(DateTimeOffset.UtcNow);
        await fixture.WaitForDatabaseAsync(running: false);
        var (before, fit) = (fixture.DatabaseStarts, DateTime.UtcNow.AddSeconds(2));
        fixture.Target.FitToStart = () => DateTime.UtcNow >= fit;

        (await fixture.RunAsync()).ShouldBe(ExitCode.Success);

        (fixture.DatabaseStarts - before).ShouldBe(2, "once on the old data, and once on the new");
        Content(fixture.DataDirectory).ShouldBe("new");
    }

    [Fact]
    public async Task Previous_data_that_nobody_wants_is_removed_after_the_proof()
    {
        await using var fixture = await RunFixture.StartAsync(MySqlRestore.KindName);
        fixture.Restore = new RunRestore { KeepPrevious = false };
        (await fixture.RunAsync()).ShouldBe(ExitCode.Success);
        Content(fixture.DataDirectory).ShouldBe("new");
        Directory.Exists(Folders(fixture).Previous).ShouldBeFalse();
        (await fixture.ReportAsync()).Restore!.PreviousData.ShouldBeNull();
    }

    [Theory]
    [InlineData("Open", ExitCode.CorruptArchive)]
    [InlineData("Restore", ExitCode.CorruptArchive)]
    public async Task A_backup_that_is_not_to_be_trusted_leaves_the_running_database_alone(string step, ExitCode code)
    {
        await using var fixture = await RunFixture.StartAsync(MySqlRestore.KindName);
        var before = (await fixture.StatefulSetAsync()).Metadata.ResourceVersion;
        fixture.Archive.On = (call, _) => call == step ? throw new BackupOperator.Archive.CorruptArchiveException("block 3 of ibdata1 is damaged") : Task.CompletedTask;

        (await fixture.RunAsync()).ShouldBe(code);

        (await fixture.StatefulSetAsync()).Metadata.ResourceVersion.ShouldBe(before);
        Content(fixture.DataDirectory).ShouldBe("old");
        Directory.Exists(Folders(fixture).Restore).ShouldBeFalse("what was downloaded is of no use any more");
        (await fixture.ReportAsync()).Failure!.Message.ShouldContain("block 3 of ibdata1");
    }

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

        (await fixture.RunAsync()).ShouldBe(ExitCode.Success);

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
    public async Task Previous_data_is_removed_by_a_run_of_its_own_that_leaves_the_report_alone()
    {
        await using var fixture = await RunFixture.StartAsync(MySqlRestore.KindName);
        (await fixture.RunAsync()).ShouldBe(ExitCode.Success);
        var report = await fixture.ReportAsync();

        (await fixture.RunAsync(runKind: RunKind.RemovePrevious)).ShouldBe(ExitCode.Success);
        (await fixture.RunAsync(runKind: RunKind.RemovePrevious)).ShouldBe(ExitCode.Success);

        Directory.Exists(Folders(fixture).Previous).ShouldBeFalse();
        Content(fixture.DataDirectory).ShouldBe("new");
        (await fixture.ReportAsync()).ShouldBe(report);
    }

    [Fact]
    public async Task Previous_data_is_not_removed_while_the_restore_is_not_over_nor_through_a_link()
    {
        await using var fixture = await RunFixture.StartAsync(MySqlRestore.KindName);
        await LeaveSwapAsync(fixture, SwapState.Swapped);
        (await fixture.RunAsync(runKind: RunKind.RemovePrevious)).ShouldBe(ExitCode.Usage);
        Content(Folders(fixture).Previous).ShouldBe("old");

        await using var second = await RunFixture.StartAsync(MySqlRestore.KindName);
        var elsewhere = Directory.CreateTempSubdirectory().FullName;
        await File.WriteAllTextAsync(Path.Combine(elsewhere, "precious"), "x");
        Directory.CreateDirectory(Folders(second).Container);
        Directory.CreateSymbolicLink(Folders(second).Previous, elsewhere);
        (await second.RunAsync(runKind: RunKind.RemovePrevious)).ShouldBe(ExitCode.Usage);
        File.Exists(Path.Combine(elsewhere, "precious")).ShouldBeTrue();
        Directory.Delete(elsewhere, recursive: true);
    }

    [Fact]
    public async Task What_another_restore_has_downloaded_and_never_used_is_removed_and_what_it_kept_is_not()
    {
        await using var fixture = await RunFixture.StartAsync(MySqlRestore.KindName);
        var other = SwapFolders.Locate(fixture.DataDirectory, "an-earlier-restore");
        Directory.CreateDirectory(other.Restore);
        var kept = SwapFolders.Locate(fixture.DataDirectory, "a-kept-one");
        Directory.CreateDirectory(kept.Previous);
        (await fixture.RunAsync()).ShouldBe(ExitCode.Success);
        Directory.Exists(other.Container).ShouldBeFalse();
        Directory.Exists(kept.Previous).ShouldBeTrue();
    }

    [Fact]
    public async Task Two_swaps_are_never_open_at_once()
    {
        await using var fixture = await RunFixture.StartAsync(MySqlRestore.KindName);
        var other = SwapFolders.Locate(fixture.DataDirectory, "an-earlier-restore");
        Directory.CreateDirectory(other.Container);
        new SwapJournal { State = SwapState.Swapped, Old = [], Restored = [] }.Write(other.Journal);
        (await fixture.RunAsync()).ShouldBe(ExitCode.DataDirectoryError);
        Content(fixture.DataDirectory).ShouldBe("old");
        await fixture.ShouldServeAgainAsync();
    }

    [Fact]
    public async Task A_database_that_did_not_answer_before_is_replaced_and_must_answer_then()
    {
        await using var fixture = await RunFixture.StartAsync(MySqlRestore.KindName, fitToStart: false);
        fixture.Target.FitToStart = () => Content(fixture.DataDirectory) == "new";
        (await fixture.RunAsync()).ShouldBe(ExitCode.Success);
        await fixture.ShouldServeAgainAsync();
        Content(fixture.DataDirectory).ShouldBe("new");
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

    [Fact]
    public async Task An_attempt_after_the_result_was_reported_only_cleans_up()
    {
        await using var fixture = await RunFixture.StartAsync(MySqlRestore.KindName);
        (await fixture.RunAsync()).ShouldBe(ExitCode.Success);
        await File.WriteAllTextAsync(Path.Combine(fixture.DataDirectory, "ibdata1"), "written since");

        (await fixture.RunAsync(pod: "sidecar-2")).ShouldBe(ExitCode.Success);

        (await File.ReadAllTextAsync(Path.Combine(fixture.DataDirectory, "ibdata1"))).ShouldBe("written since");
        (await fixture.ReportAsync()).Restore.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_signal_before_the_swap_brings_MySQL_back_and_keeps_what_was_downloaded()
    {
        await using var fixture = await RunFixture.StartAsync(MySqlRestore.KindName);
        using var signal = new CancellationTokenSource();
        fixture.Archive.On = async (call, token) =>
        {
            if (call == "Restore")
            {
                await signal.CancelAsync();
                token.ThrowIfCancellationRequested();
            }
        };
        (await fixture.RunAsync(cancellationToken: signal.Token)).ShouldBe(ExitCode.Terminated);
        Content(fixture.DataDirectory).ShouldBe("old");
        Content(Folders(fixture).Restore).ShouldBe("new");
        await fixture.ShouldServeAgainAsync();
    }

    [Fact]
    public async Task A_guard_that_was_faster_keeps_the_data_from_being_moved()
    {
        await using var fixture = await RunFixture.StartAsync(MySqlRestore.KindName);
        fixture.LockPatience = TimeSpan.FromSeconds(30);
        OpenFileLock ghost;
        using (ghost = OpenFileLock.TryTake(Path.Combine(fixture.DataDirectory, "ibdata1"), write: true)!)
        {
            var run = fixture.RunAsync();
            await fixture.WaitForDatabaseAsync(running: false);
            await fixture.ScaleAsync(1);
            await fixture.WaitForDatabaseAsync(running: true);
            ghost.Dispose();
            (await run).ShouldBe(ExitCode.TargetChanged);
        }

        Content(fixture.DataDirectory).ShouldBe("old");
        await fixture.ShouldServeAgainAsync();
    }

    [Fact]
    public async Task A_restore_takes_over_from_a_run_that_left_a_database_that_does_not_start()
    {
        await using var fixture = await RunFixture.StartAsync(MySqlRestore.KindName, fitToStart: false);
        fixture.Target.FitToStart = () => Content(fixture.DataDirectory) == "new";
        fixture.SpentMark = "another";
        await fixture.LeaveStoppedAsync(DateTimeOffset.UtcNow, replicas: 1, run: "another");
        string? during = null;
        fixture.Archive.On = async (call, _) => during = call == "Restore" ? (await fixture.MarkAsync())?.Run : during;

        (await fixture.RunAsync()).ShouldBe(ExitCode.Success);

        during.ShouldBe("another", "until MySQL is stopped, the other run's mark keeps the guard at it");
        Content(fixture.DataDirectory).ShouldBe("new");
        await fixture.ShouldServeAgainAsync();
    }

    [Fact]
    public async Task A_restore_that_cannot_mend_what_another_run_left_leaves_a_mark_too()
    {
        await using var fixture = await RunFixture.StartAsync(MySqlRestore.KindName, fitToStart: false);
        fixture.ResumeTimeout = TimeSpan.FromSeconds(1);
        fixture.SpentMark = "another";
        await fixture.LeaveStoppedAsync(DateTimeOffset.UtcNow, replicas: 1, run: "another");

        (await fixture.RunAsync()).ShouldBe(ExitCode.DatabaseNotRestored);

        Content(fixture.DataDirectory).ShouldBe("old");
        (await fixture.StatefulSetAsync()).Spec!.Replicas.ShouldBe(1);
        (await fixture.MarkAsync())!.Run.ShouldBe(fixture.Uid);
    }

    [Theory]
    [InlineData(false, 0, "another")]
    [InlineData(true, 1, "another")]
    [InlineData(false, 1, "a third one")]
    public async Task A_mark_of_another_run_that_is_needed_ends_the_restore(bool swapping, int replicas, string expected)
    {
        await using var fixture = await RunFixture.StartAsync(MySqlRestore.KindName);
        fixture.SpentMark = expected;
        await fixture.LeaveStoppedAsync(DateTimeOffset.UtcNow, swapping, replicas, run: "another");

        (await fixture.RunAsync()).ShouldBe(ExitCode.TargetChanged);

        (await fixture.MarkAsync())!.Run.ShouldBe("another");
        Content(fixture.DataDirectory).ShouldBe("old");
    }

    [Fact]
    public async Task A_downtime_that_is_over_before_the_swap_names_its_field_and_the_data_that_MySQL_has()
    {
        await using var fixture = await RunFixture.StartAsync(MySqlRestore.KindName);
        fixture.MaxDowntime = TimeSpan.FromSeconds(1);
        fixture.LockPatience = TimeSpan.FromSeconds(30);
        using var ghost = OpenFileLock.TryTake(Path.Combine(fixture.DataDirectory, "ibdata1"), write: true);
        (await fixture.RunAsync()).ShouldBe(ExitCode.MaxDowntimeExceeded);
        Content(fixture.DataDirectory).ShouldBe("old");
        (await fixture.ReportAsync()).Failure!.Message.ShouldSatisfyAllConditions(
            m => m.ShouldContain("StatefulSet default/db"), m => m.ShouldContain("spec.safety.maxDowntime"),
            m => m.ShouldContain("Quiescing"), m => m.ShouldContain("on its old data"));
    }

    [Fact]
    public async Task A_data_directory_in_use_is_not_swapped()
    {
        await using var fixture = await RunFixture.StartAsync(MySqlRestore.KindName);
        using var ghost = OpenFileLock.TryTake(Path.Combine(fixture.DataDirectory, "ibdata1"), write: true);
        (await fixture.RunAsync()).ShouldBe(ExitCode.TargetChanged);
        Content(fixture.DataDirectory).ShouldBe("old");
        (await fixture.ReportAsync()).Failure!.Reason.ShouldBe(FailureReason.DatabaseRunning);
        await fixture.ShouldServeAgainAsync();
    }

    [Fact]
    public async Task A_database_that_was_stopped_before_is_restored_and_stays_stopped()
    {
        await using var fixture = await RunFixture.StartAsync(MySqlRestore.KindName, replicas: 0);
        (await fixture.RunAsync()).ShouldBe(ExitCode.Success);
        Content(fixture.DataDirectory).ShouldBe("new");
        await fixture.ShouldServeAgainAsync();
        (await fixture.ReportAsync()).Restore!.Started.ShouldBeFalse();
    }
}
