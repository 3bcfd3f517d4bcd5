namespace BackupOperator.Sidecar.Tests.Runs;

/// <summary>While the sidecar's pod is there, MySQL cannot mount its claim: nothing of the run may wait for it.</summary>
public sealed class ExclusiveClaimTests
{
    [Fact]
    public async Task All_is_stored_before_MySQL_is_scaled_up_and_its_answer_is_not_waited_for()
    {
        await using var fixture = await StartAsync();
        var stored = false;
        fixture.Archive.On = async (call, _) => stored |= call == "Commit" && (await fixture.StatefulSetAsync()).Spec!.Replicas == 0;

        (await fixture.RunAsync()).ShouldBe(ExitCode.Success);

        stored.ShouldBeTrue();
        fixture.Archive.Calls.ShouldBe(["FindCommitted", "Check", "Read", "Commit", "Verify Upload"]);
        await ShouldBeScaledUpAsync(fixture);
        var report = await fixture.ReportAsync();
        report.ShouldSatisfyAllConditions(
            r => r.Step.ShouldBe(RunStep.Done), r => r.Backup.ShouldNotBeNull(), r => r.StoppedAt.ShouldNotBeNull(), r => r.LockedAt.ShouldNotBeNull(),
            r => r.ResumedAt.ShouldNotBeNull(), r => r.AnsweredAt.ShouldBeNull());
    }

    [Fact]
    public async Task Copies_are_left_to_a_Job_of_their_own()
    {
        await using var fixture = await StartAsync();
        fixture.Copies = [new RunCopy(0, new RunStorage { Volume = new RunVolume { Claim = "copies", Folder = "" } })];
        fixture.Archive.Copies = [new CopyResult(0, "copies:/x", "later")];

        (await fixture.RunAsync()).ShouldBe(ExitCode.Success);

        fixture.Archive.Calls.ShouldNotContain("Copy");
        (await fixture.ReportAsync()).Backup!.Copies.ShouldHaveSingleItem().Problem.ShouldBe("later");
    }

    [Theory]
    [InlineData("Check")]
    [InlineData("Read")]
    [InlineData("Commit")]
    [InlineData("Verify Upload")]
    public async Task Whatever_fails_MySQL_is_scaled_up_and_the_pod_ends(string step)
    {
        await using var fixture = await StartAsync();
        fixture.Archive.On = (call, _) => call == step ? throw new IOException("gone") : Task.CompletedTask;

        (await fixture.RunAsync()).ShouldNotBe(ExitCode.Success);

        await ShouldBeScaledUpAsync(fixture);
        (await fixture.ReportAsync()).Failure.ShouldNotBeNull();
    }

    [Fact]
    public async Task What_an_earlier_attempt_has_committed_costs_no_further_stop()
    {
        await using var fixture = await StartAsync();
        fixture.Archive.Committed = true;

        (await fixture.RunAsync()).ShouldBe(ExitCode.Success);

        fixture.Archive.Calls.ShouldBe(["FindCommitted", "Verify Upload"]);
        await ShouldBeScaledUpAsync(fixture);
    }

    [Fact]
    public async Task Signalled_it_scales_up_and_ends()
    {
        await using var fixture = await StartAsync();
        using var signal = new CancellationTokenSource();
        fixture.Archive.On = async (call, token) =>
        {
            if (call == "Read")
            {
                await signal.CancelAsync();
                token.ThrowIfCancellationRequested();
            }
        };

        (await fixture.RunAsync(cancellationToken: signal.Token)).ShouldBe(ExitCode.Terminated);

        await ShouldBeScaledUpAsync(fixture);
    }

    [Fact]
    public async Task The_check_before_it_touches_nothing_and_leaves_nothing()
    {
        await using var fixture = await RunFixture.StartAsync();
        fixture.ExclusiveClaim = true;
        var before = (await fixture.StatefulSetAsync()).Metadata.ResourceVersion;

        (await fixture.RunAsync(runKind: RunKind.Preflight)).ShouldBe(ExitCode.Success);

        fixture.Archive.Calls.ShouldBe(["Check", "FindCommitted", "Abort"]);
        (await fixture.StatefulSetAsync()).Metadata.ResourceVersion.ShouldBe(before);
        (await fixture.HasReportAsync()).ShouldBeFalse();
    }

    /// <summary>The operator has stopped MySQL for this pod, and no server will start before it has ended.</summary>
    private static async Task<RunFixture> StartAsync()
    {
        var fixture = await RunFixture.StartAsync();
        fixture.ExclusiveClaim = true;
        fixture.ResumeTimeout = TimeSpan.FromMinutes(10);
        fixture.Target.NeverStarts = true;
        await fixture.LeaveStoppedAsync(TimeProvider.System.GetUtcNow());
        await fixture.WaitForDatabaseAsync(running: false);
        return fixture;
    }

    private static async Task ShouldBeScaledUpAsync(RunFixture fixture)
    {
        (await fixture.StatefulSetAsync()).Spec!.Replicas.ShouldBe(1);
        (await fixture.MarkAsync()).ShouldNotBeNull("the operator waits for the answer");
    }
}
