using BackupOperator.Kubernetes.Serialization;
using BackupOperator.LocalCluster.ApiServer.Faults;
using BackupOperator.Sidecar.Failures;
using BackupOperator.Sidecar.Locking;
using BackupOperator.Sidecar.Swapping;

namespace BackupOperator.Sidecar.Tests.Runs;

public sealed class BackupRunTests
{
    [Fact]
    public async Task A_backup_stops_MySQL_only_for_the_second_reading()
    {
        await using var fixture = await RunFixture.StartAsync();
        var running = new Dictionary<string, bool>();
        fixture.Archive.On = async (call, _) =>
        {
            running[call] = fixture.DatabaseRuns;
            if (call == "Read")
            {
                DataDirectoryLock.TryTake(fixture.DataDirectory, write: true).ShouldBeNull("the lock is held while the files are read");
                (await fixture.MarkAsync())!.Replicas.ShouldBe(1);
            }
        };

        (await fixture.RunAsync()).ShouldBe(ExitCode.Success);

        fixture.Archive.Calls.ShouldBe(["FindCommitted", "Check", "Precopy", "Read", "Commit", "Verify Upload"]);
        (running["Check"], running["Precopy"], running["Read"], running["Verify Upload"]).ShouldBe((true, true, false, true));
        await fixture.ShouldServeAgainAsync();
        var report = await fixture.ReportAsync();
        report.Step.ShouldBe(RunStep.Done);
        Json(report.Backup).ShouldBe(Json(FakeArchive.Result));
        report.Failure.ShouldBeNull();
        new[] { report.StoppedAt, report.LockedAt, report.ResumedAt, report.AnsweredAt, report.VerifiedAt, report.FinishedAt }
            .ShouldAllBe(time => time != null);
        report.StoppedAt!.Value.ShouldBeLessThanOrEqualTo(report.LockedAt!.Value);
        report.LockedAt!.Value.ShouldBeLessThanOrEqualTo(report.ResumedAt!.Value);
        report.ResumedAt!.Value.ShouldBeLessThanOrEqualTo(report.AnsweredAt!.Value);
        fixture.Archive.Server!.Flavour.ShouldBe("MariaDb");
        fixture.Archive.Server.Version.ShouldBe("10.11.99-MariaDB");
    }

    [Fact]
    public async Task A_storage_that_refuses_is_told_before_MySQL_is_touched()
    {
        await using var fixture = await RunFixture.StartAsync();
        var before = (await fixture.StatefulSetAsync()).Metadata.ResourceVersion;
        fixture.Archive.On = (call, _) => call == "Check"
            ? throw new RunException(FailureReason.StorageRefused, ExitCode.StorageRefused, "Bucket b refuses the key.")
            : Task.CompletedTask;

        (await fixture.RunAsync()).ShouldBe(ExitCode.StorageRefused);

        (await fixture.StatefulSetAsync()).Metadata.ResourceVersion.ShouldBe(before);
        (await fixture.ReportAsync()).Failure!.Reason.ShouldBe(FailureReason.StorageRefused);
        KubernetesJson.Deserialize<RunFailure>(await File.ReadAllTextAsync(fixture.TerminationLog))!.Message.ShouldBe("Bucket b refuses the key.");
    }

    [Fact]
    public async Task A_missing_data_directory_is_told_before_MySQL_is_touched()
    {
        await using var fixture = await RunFixture.StartAsync();
        Directory.Delete(fixture.DataDirectory, recursive: true);
        (await fixture.RunAsync()).ShouldBe(ExitCode.NotFound);
        (await fixture.ReportAsync()).Failure!.Reason.ShouldBe(FailureReason.DataDirectoryNotFound);
        fixture.Archive.Calls.ShouldBe(["FindCommitted", "Abort"]);
    }

    [Fact]
    public async Task A_MySQL_that_does_not_stop_is_started_again_and_nothing_is_archived()
    {
        await using var fixture = await RunFixture.StartAsync();
        fixture.QuiesceTimeout = TimeSpan.FromMilliseconds(500);
        fixture.Target.NeverStops = true;

        (await fixture.RunAsync()).ShouldBe(ExitCode.ShutdownTimeout);

        fixture.Archive.Calls.ShouldNotContain("Read");
        fixture.Archive.Calls.ShouldContain("Abort");
        await fixture.ShouldServeAgainAsync();
        var failure = (await fixture.ReportAsync()).Failure!;
        failure.Reason.ShouldBe(FailureReason.ShutdownTimeout);
        failure.Message.ShouldContain("db-0");
        failure.Retryable.ShouldBeFalse();
    }

    [Fact]
    public async Task Conflicts_and_lost_answers_change_nothing()
    {
        await using var fixture = await RunFixture.StartAsync();
        using var conflict = fixture.Server.Faults.Add(r => r.Verb == "patch" && r.Resource == "statefulsets", Fault.Conflict, 2);
        using var lost = fixture.Server.Faults.Add(r => r.Verb == "patch" && r.Resource == "statefulsets", Fault.LostAnswer, 2);
        using var refused = fixture.Server.Faults.Add(r => r.Verb == "patch" && r.Resource == "mysqlbackups", Fault.InternalError, 1);

        (await fixture.RunAsync()).ShouldBe(ExitCode.Success);

        (conflict.Struck, lost.Struck, refused.Struck).ShouldBe((2, 2, 1));
        await fixture.ShouldServeAgainAsync();
        (await fixture.ReportAsync()).Backup.ShouldNotBeNull();
    }

    [Fact]
    public async Task An_API_that_is_away_during_the_undo_is_tried_until_it_is_back()
    {
        await using var fixture = await RunFixture.StartAsync();
        FaultRule? away = null;
        fixture.Archive.On = (call, _) =>
        {
            if (call == "Read")
            {
                away = fixture.Server.Faults.Add(r => r.Resource == "statefulsets", Fault.Unavailable);
                throw new IOException("the volume is broken");
            }

            return Task.CompletedTask;
        };
        var run = fixture.RunAsync();
        await WaitForAsync(() => away?.Struck > 5);
        fixture.DatabaseRuns.ShouldBeFalse();
        run.IsCompleted.ShouldBeFalse();
        KubernetesJson.Deserialize<RunFailure>(await File.ReadAllTextAsync(fixture.TerminationLog))!.Message.ShouldContain("the volume is broken");

        away!.Dispose();
        (await run).ShouldBe(ExitCode.DataDirectoryError);
        await fixture.ShouldServeAgainAsync();
        fixture.Archive.Calls.ShouldNotContain("Abort", "another attempt goes on with what is stored");
    }

    [Fact]
    public async Task MySQL_is_not_stopped_for_longer_than_allowed()
    {
        await using var fixture = await RunFixture.StartAsync();
        fixture.MaxDowntime = TimeSpan.FromMilliseconds(700);
        fixture.Archive.On = (call, token) => call == "Read" ? Task.Delay(Timeout.Infinite, token) : Task.CompletedTask;

        (await fixture.RunAsync()).ShouldBe(ExitCode.MaxDowntimeExceeded);

        await fixture.ShouldServeAgainAsync();
        fixture.Archive.Calls.ShouldContain("Abort");
        fixture.Archive.Calls.ShouldNotContain("Commit");
    }

    [Fact]
    public async Task A_database_that_was_stopped_before_is_backed_up_and_stays_stopped()
    {
        await using var fixture = await RunFixture.StartAsync(replicas: 0);
        (await fixture.RunAsync()).ShouldBe(ExitCode.Success);
        fixture.Archive.Calls.ShouldBe(["FindCommitted", "Check", "Read", "Commit", "Verify Upload"]);
        await fixture.ShouldServeAgainAsync();
    }

    [Fact]
    public async Task A_database_that_did_not_answer_before_is_backed_up_and_need_not_answer_afterwards()
    {
        await using var fixture = await RunFixture.StartAsync(fitToStart: false);
        fixture.ResumeTimeout = TimeSpan.FromMilliseconds(300);
        (await fixture.RunAsync()).ShouldBe(ExitCode.Success);
        (await fixture.MarkAsync()).ShouldBeNull();
        (await fixture.StatefulSetAsync()).Spec!.Replicas.ShouldBe(1);
        var report = await fixture.ReportAsync();
        Json(report.Backup).ShouldBe(Json(FakeArchive.Result));
        report.AnsweredAt.ShouldBeNull();
    }

    [Theory]
    [InlineData(SwapState.MovingIn, ExitCode.DataDirectoryError)]
    [InlineData(SwapState.Swapped, ExitCode.Success)]
    public async Task A_directory_between_two_databases_is_not_backed_up(SwapState state, ExitCode code)
    {
        await using var fixture = await RunFixture.StartAsync();
        var folders = SwapFolders.Locate(fixture.DataDirectory, "some-restore");
        Directory.CreateDirectory(folders.Container);
        new SwapJournal { State = state, Old = [], Restored = [] }.Write(folders.Journal);
        (await fixture.RunAsync()).ShouldBe(code);
        await fixture.ShouldServeAgainAsync();
    }

    [Fact]
    public async Task An_upload_that_fails_after_the_start_fails_the_run_with_MySQL_up()
    {
        await using var fixture = await RunFixture.StartAsync();
        fixture.Archive.On = (call, _) => call == "Commit"
            ? throw new RunException(FailureReason.StorageFull, ExitCode.StorageFull, "the bucket is full")
            : Task.CompletedTask;
        (await fixture.RunAsync()).ShouldBe(ExitCode.StorageFull);
        await fixture.ShouldServeAgainAsync();
        fixture.Archive.Calls.ShouldContain("Abort");
        (await fixture.ReportAsync()).Backup.ShouldBeNull();
    }

    [Fact]
    public async Task A_database_that_does_not_come_back_is_no_success_and_keeps_its_mark()
    {
        await using var fixture = await RunFixture.StartAsync();
        fixture.ResumeTimeout = TimeSpan.FromMilliseconds(500);
        fixture.Target.NeverStarts = true;
        (await fixture.RunAsync()).ShouldBe(ExitCode.DatabaseNotRestored);
        (await fixture.MarkAsync()).ShouldNotBeNull();
        (await fixture.StatefulSetAsync()).Spec!.Replicas.ShouldBe(1);
        var report = await fixture.ReportAsync();
        report.Failure!.Message.ShouldContain("kubectl -n default logs db-0");
        report.AnsweredAt.ShouldBeNull();
    }

    private static async Task WaitForAsync(Func<bool> condition)
    {
        for (var i = 0; i < 1000 && !condition(); i++)
        {
            await Task.Delay(20);
        }

        condition().ShouldBeTrue();
    }

    private static string Json(BackupResult? result) => System.Text.Json.JsonSerializer.Serialize(result);
}
