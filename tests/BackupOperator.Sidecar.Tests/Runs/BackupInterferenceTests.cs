using System.Text.Json.Nodes;
using BackupOperator.Kubernetes.Models;
using BackupOperator.Sidecar.Locking;

namespace BackupOperator.Sidecar.Tests.Runs;

/// <summary>Others who touch the StatefulSet, its pods or its files during a backup.</summary>
public sealed class BackupInterferenceTests
{
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
    public async Task A_rollout_that_began_during_the_precopy_is_not_carried_on_by_a_stop()
    {
        await using var fixture = await RunFixture.StartAsync();
        fixture.QuiesceTimeout = TimeSpan.FromMilliseconds(300);
        fixture.Archive.On = (call, _) => call == "Precopy" ? fixture.PatchStatusAsync(Updated(0)) : Task.CompletedTask;

        (await fixture.RunAsync()).ShouldBe(ExitCode.TargetUnsettled);

        ((int)ExitCode.TargetUnsettled).ShouldBeLessThan((int)ExitCode.Usage, "what is final begins there");
        fixture.Archive.Calls.ShouldNotContain("Read");
        fixture.DatabaseStarts.ShouldBe(1, "it was never stopped");
        (await fixture.ReportAsync()).Failure!.ShouldSatisfyAllConditions(f => f.Reason.ShouldBe(FailureReason.RolloutIncomplete), f => f.Retryable.ShouldBeTrue());
    }

    [Fact]
    public async Task A_rollout_that_ends_in_time_is_waited_for_and_an_emergency_does_not_wait()
    {
        foreach (var emergency in new[] { false, true })
        {
            await using var fixture = await RunFixture.StartAsync();
            fixture.IsEmergency = emergency;
            await fixture.PatchStatusAsync(Updated(0));
            var run = fixture.RunAsync();
            if (!emergency)
            {
                await fixture.WaitForCallAsync("Precopy");
                await fixture.PatchStatusAsync(Updated(1));
            }

            (await run).ShouldBe(ExitCode.Success);
            await fixture.ShouldServeAgainAsync();
        }
    }

    private static JsonObject Updated(int replicas) => new()
    {
        ["status"] = new JsonObject { ["observedGeneration"] = 99, ["replicas"] = 1, ["readyReplicas"] = 1, ["updateRevision"] = "db-2", ["updatedReplicas"] = replicas },
    };

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
    public async Task Replicas_that_are_lowered_while_MySQL_starts_are_raised_again()
    {
        await using var fixture = await RunFixture.StartAsync();
        var read = new TaskCompletionSource();
        fixture.Archive.On = (call, _) =>
        {
            if (call == "Read")
            {
                fixture.Target.NeverStarts = true;
                read.SetResult();
            }

            return Task.CompletedTask;
        };
        var run = fixture.RunAsync();
        await read.Task;
        await fixture.WaitForReplicasAsync(1);
        await fixture.ScaleAsync(0);
        await fixture.WaitForReplicasAsync(1);
        fixture.Target.NeverStarts = false;

        (await run).ShouldBe(ExitCode.Success);
        await fixture.ShouldServeAgainAsync();
    }
}
