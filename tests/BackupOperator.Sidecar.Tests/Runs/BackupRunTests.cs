using System.Text.Json.Nodes;
using BackupOperator.Kubernetes.Models;
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
    public async Task A_tool_that_reverts_the_replicas_ends_the_run()
    {
        await using var fixture = await RunFixture.StartAsync();
        fixture.Archive.On = (call, _) => call == "Read" ? fixture.ScaleAsync(1) : Task.CompletedTask;

        (await fixture.RunAsync()).ShouldBe(ExitCode.TargetChanged);

        fixture.Archive.Calls.ShouldNotContain("Commit");
        await fixture.ShouldServeAgainAsync();
        (await fixture.ReportAsync()).Failure!.Message.ShouldContain("GitOps");
    }

    [Fact]
    public async Task A_pod_that_came_back_ends_the_run_even_if_the_replicas_are_reverted_again()
    {
        await using var fixture = await RunFixture.StartAsync();
        fixture.Archive.On = async (call, _) =>
        {
            if (call == "Read")
            {
                await fixture.ScaleAsync(1);
                await fixture.WaitForDatabaseAsync(running: true);
                fixture.Target.NeverStops = true;
                await fixture.ScaleAsync(0);
            }
        };
        (await fixture.RunAsync()).ShouldBe(ExitCode.TargetChanged);
        fixture.Archive.Calls.ShouldNotContain("Commit");
        (await fixture.ReportAsync()).Failure!.Message.ShouldContain("db-0 came back");
    }

    [Fact]
    public async Task Replicas_that_were_raised_and_lowered_again_between_two_looks_end_the_run()
    {
        await using var fixture = await RunFixture.StartAsync();
        fixture.Archive.On = async (call, _) =>
        {
            if (call == "Read")
            {
                await fixture.ScaleAsync(1);
                await fixture.ScaleAsync(0);
            }
        };
        (await fixture.RunAsync()).ShouldBe(ExitCode.TargetChanged);
        fixture.Archive.Calls.ShouldNotContain("Commit");
        await fixture.ShouldServeAgainAsync();
        (await fixture.ReportAsync()).Failure!.Reason.ShouldBe(FailureReason.TargetChanged);
    }

    [Fact]
    public async Task A_mark_that_was_removed_ends_the_run_and_MySQL_is_started_all_the_same()
    {
        await using var fixture = await RunFixture.StartAsync();
        fixture.Archive.On = (call, _) => call == "Read"
            ? fixture.PatchTargetAsync(new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [QuiesceMark.Annotation] = null } } })
            : Task.CompletedTask;
        (await fixture.RunAsync()).ShouldBe(ExitCode.TargetChanged);
        fixture.Archive.Calls.ShouldNotContain("Commit");
        await fixture.ShouldServeAgainAsync();
    }

    [Fact]
    public async Task A_StatefulSet_that_was_created_again_is_left_alone()
    {
        await using var fixture = await RunFixture.StartAsync();
        fixture.Archive.On = async (call, _) =>
        {
            if (call == "Read")
            {
                var set = await fixture.StatefulSetAsync();
                await fixture.Kubernetes.DeleteAsync<V1StatefulSet>(RunFixture.StatefulSet, RunFixture.Namespace);
                set.Metadata = new V1ObjectMeta { Name = RunFixture.StatefulSet, Namespace = RunFixture.Namespace };
                set.Spec!.Replicas = 0;
                await fixture.Kubernetes.CreateAsync(set);
            }
        };
        (await fixture.RunAsync()).ShouldBe(ExitCode.TargetChanged);
        (await fixture.StatefulSetAsync()).Spec!.Replicas.ShouldBe(0);
        (await fixture.ReportAsync()).Failure!.Message.ShouldContain("created again");
    }

    [Fact]
    public async Task A_database_that_another_run_has_stopped_is_left_alone()
    {
        await using var fixture = await RunFixture.StartAsync();
        var mark = new QuiesceMark { Run = "other", Kind = "MySqlBackup", Name = "nightly", Pod = "p", Replicas = 1, Since = DateTimeOffset.UnixEpoch, Deadline = DateTimeOffset.UnixEpoch };
        await fixture.PatchTargetAsync(new JsonObject
        {
            ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [QuiesceMark.Annotation] = mark.ToAnnotation() } },
            ["spec"] = new JsonObject { ["replicas"] = 0 },
        });
        (await fixture.RunAsync()).ShouldBe(ExitCode.TargetChanged);
        (await fixture.MarkAsync()).ShouldBe(mark);
        (await fixture.StatefulSetAsync()).Spec!.Replicas.ShouldBe(0);
        (await fixture.ReportAsync()).Failure!.Message.ShouldContain("nightly");
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

    [Theory]
    [InlineData("Precopy")]
    [InlineData("Read")]
    [InlineData("Commit")]
    [InlineData("Verify Upload")]
    public async Task A_signal_at_any_step_brings_MySQL_back_and_keeps_what_is_stored(string step)
    {
        await using var fixture = await RunFixture.StartAsync();
        using var signal = new CancellationTokenSource();
        fixture.Archive.On = async (call, token) =>
        {
            if (call == step)
            {
                await signal.CancelAsync();
                await Task.Delay(Timeout.Infinite, token);
            }
        };

        (await fixture.RunAsync(cancellationToken: signal.Token)).ShouldBe(ExitCode.Terminated);

        await fixture.ShouldServeAgainAsync();
        fixture.Archive.Calls.ShouldNotContain("Abort");
        var failure = (await fixture.ReportAsync()).Failure!;
        (failure.Reason, failure.Retryable).ShouldBe((FailureReason.Interrupted, true));
    }

    [Fact]
    public async Task A_cancelled_backup_leaves_nothing_in_the_storage()
    {
        await using var fixture = await RunFixture.StartAsync();
        using var signal = new CancellationTokenSource();
        fixture.Archive.On = async (call, token) =>
        {
            if (call == "Read")
            {
                await fixture.Kubernetes.PatchAsync<Api.Entities.MySqlBackup>(
                    "run", RunFixture.Namespace, BackupOperator.Kubernetes.Client.KubernetesPatch.Merge(new JsonObject { ["spec"] = new JsonObject { ["cancel"] = true } }));
                await signal.CancelAsync();
                token.ThrowIfCancellationRequested();
            }
        };
        await fixture.RunAsync(cancellationToken: signal.Token);
        await fixture.ShouldServeAgainAsync();
        fixture.Archive.Calls.ShouldContain("Abort");
        (await fixture.ReportAsync()).Failure!.Reason.ShouldBe(FailureReason.Cancelled);
    }

    [Fact]
    public async Task A_new_attempt_takes_over_the_database_that_the_last_one_left_stopped()
    {
        await using var fixture = await RunFixture.StartAsync();
        var since = DateTimeOffset.UtcNow.AddSeconds(-5);
        await fixture.LeaveStoppedAsync(since);
        await fixture.WaitForDatabaseAsync(running: false);

        (await fixture.RunAsync(pod: "sidecar-1")).ShouldBe(ExitCode.Success);

        fixture.Archive.Calls.ShouldBe(["Check", "Read", "Commit", "Verify Upload"]);
        await fixture.ShouldServeAgainAsync();
        (await fixture.ReportAsync()).StoppedAt!.Value.ShouldBe(since, TimeSpan.FromSeconds(1), "the downtime began with the first attempt");
    }

    [Fact]
    public async Task Attempts_do_not_add_up_to_more_than_the_allowed_downtime()
    {
        await using var fixture = await RunFixture.StartAsync();
        await fixture.LeaveStoppedAsync(DateTimeOffset.UtcNow - fixture.MaxDowntime);
        (await fixture.RunAsync()).ShouldBe(ExitCode.MaxDowntimeExceeded);
        await fixture.ShouldServeAgainAsync();
    }

    [Fact]
    public async Task A_new_attempt_whose_storage_is_gone_starts_the_database_that_the_last_one_left_stopped()
    {
        await using var fixture = await RunFixture.StartAsync();
        await fixture.LeaveStoppedAsync(DateTimeOffset.UtcNow);
        fixture.Archive.On = (call, _) => call == "Check"
            ? throw new RunException(FailureReason.StorageUnavailable, ExitCode.StorageUnavailable, "no answer", retryable: true)
            : Task.CompletedTask;
        (await fixture.RunAsync()).ShouldBe(ExitCode.StorageUnavailable);
        await fixture.ShouldServeAgainAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_committed_backup_is_reported_without_touching_MySQL_again(bool markLeft)
    {
        await using var fixture = await RunFixture.StartAsync();
        fixture.Archive.Committed = true;
        if (markLeft)
        {
            await fixture.LeaveStoppedAsync(DateTimeOffset.UtcNow, replicas: 1);
        }

        (await fixture.RunAsync()).ShouldBe(ExitCode.Success);

        fixture.Archive.Calls.ShouldBe(["FindCommitted", "Verify Upload"]);
        await fixture.ShouldServeAgainAsync();
        Json((await fixture.ReportAsync()).Backup).ShouldBe(Json(FakeArchive.Result));
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

    [Fact]
    public async Task A_StatefulSet_that_would_delete_its_claims_is_not_scaled_down()
    {
        await using var fixture = await RunFixture.StartAsync();
        fixture.Archive.On = (call, _) => call == "Precopy"
            ? fixture.PatchTargetAsync(new JsonObject
            {
                ["spec"] = new JsonObject { ["persistentVolumeClaimRetentionPolicy"] = new JsonObject { ["whenScaled"] = "Delete" } },
            })
            : Task.CompletedTask;
        (await fixture.RunAsync()).ShouldBe(ExitCode.TargetChanged);
        await fixture.ShouldServeAgainAsync();
        (await fixture.ReportAsync()).Failure!.Message.ShouldContain("whenScaled");
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

    [Fact]
    public async Task A_server_that_holds_the_lock_though_its_pod_is_gone_is_not_archived()
    {
        await using var fixture = await RunFixture.StartAsync();
        using var ghost = OpenFileLock.TryTake(Path.Combine(fixture.DataDirectory, "ibdata1"), write: true);
        (await fixture.RunAsync()).ShouldBe(ExitCode.TargetChanged);
        fixture.Archive.Calls.ShouldNotContain("Read");
        (await fixture.ReportAsync()).Failure!.Reason.ShouldBe(FailureReason.DatabaseRunning);
        await fixture.ShouldServeAgainAsync();
    }

    [Fact]
    public async Task What_an_earlier_attempt_reported_does_not_stay()
    {
        await using var fixture = await RunFixture.StartAsync();
        fixture.Archive.On = (call, _) => call == "Commit" ? throw new IOException("once") : Task.CompletedTask;
        (await fixture.RunAsync(pod: "sidecar-1")).ShouldBe(ExitCode.DataDirectoryError);
        (await fixture.ReportAsync()).Failure.ShouldNotBeNull();

        fixture.Archive.On = (_, _) => Task.CompletedTask;
        (await fixture.RunAsync(pod: "sidecar-2")).ShouldBe(ExitCode.Success);
        var report = await fixture.ReportAsync();
        (report.Failure, report.Pod).ShouldBe((null, "sidecar-2"));
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
