using System.Text.Json.Nodes;
using BackupOperator.Sidecar.Failures;

namespace BackupOperator.Sidecar.Tests.Runs;

/// <summary>Attempts that were ended, and those that come after them.</summary>
public sealed class BackupAttemptTests
{
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

    [Theory]
    [InlineData(Archive.Storage.StorageFailure.Lost)]
    [InlineData(Archive.Storage.StorageFailure.TakenOver)]
    public async Task What_the_next_attempt_can_mend_is_not_final_and_nothing_is_cleared_away(Archive.Storage.StorageFailure failure)
    {
        await using var fixture = await RunFixture.StartAsync();
        fixture.Archive.On = (call, _) => call == "Commit" ? throw new Archive.Storage.StorageException(failure, "gone") : Task.CompletedTask;

        (await fixture.RunAsync()).ShouldBe(ExitCode.StorageUnavailable);

        await fixture.ShouldServeAgainAsync();
        fixture.Archive.Calls.ShouldNotContain("Abort");
        (await fixture.ReportAsync()).Failure!.Retryable.ShouldBeTrue();
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

    [Fact]
    public async Task A_new_attempt_begins_nothing_before_the_database_that_was_started_for_the_last_one_answers()
    {
        await using var fixture = await RunFixture.StartAsync(fitToStart: false);
        fixture.ResumeTimeout = TimeSpan.FromMilliseconds(500);
        await fixture.LeaveStoppedAsync(DateTimeOffset.UtcNow, replicas: 1);

        (await fixture.RunAsync()).ShouldBe(ExitCode.DatabaseNotRestored);

        fixture.Archive.Calls.ShouldNotContain("Precopy");
        (await fixture.MarkAsync()).ShouldNotBeNull("the guard goes on waiting");
    }

    [Fact]
    public async Task What_answered_before_the_first_attempt_must_answer_after_the_last_one()
    {
        await using var fixture = await RunFixture.StartAsync();
        fixture.ResumeTimeout = TimeSpan.FromMilliseconds(500);
        fixture.Archive.On = (call, _) => call == "Precopy" ? throw new IOException("once") : Task.CompletedTask;
        await fixture.RunAsync(pod: "sidecar-1");

        // The next attempt comes while it starts, and would not find it up.
        fixture.Target.NeverStarts = true;
        await fixture.ScaleAsync(0);
        await fixture.WaitForDatabaseAsync(running: false);
        await fixture.ScaleAsync(1);
        fixture.Archive.On = (_, _) => Task.CompletedTask;

        (await fixture.RunAsync(pod: "sidecar-2")).ShouldBe(ExitCode.DatabaseNotRestored);
        (await fixture.MarkAsync()).ShouldNotBeNull();
        (await fixture.ReportAsync()).AnsweredBefore.ShouldBe(true);
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

    private static string Json(BackupResult? result) => System.Text.Json.JsonSerializer.Serialize(result);
}
