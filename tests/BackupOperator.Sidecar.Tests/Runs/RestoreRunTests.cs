using BackupOperator.Api.Entities;
using BackupOperator.Sidecar.Locking;
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
    public async Task A_database_that_did_not_answer_before_is_replaced_and_must_answer_then()
    {
        await using var fixture = await RunFixture.StartAsync(MySqlRestore.KindName, fitToStart: false);
        fixture.Target.FitToStart = () => Content(fixture.DataDirectory) == "new";
        (await fixture.RunAsync()).ShouldBe(ExitCode.Success);
        await fixture.ShouldServeAgainAsync();
        Content(fixture.DataDirectory).ShouldBe("new");
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
