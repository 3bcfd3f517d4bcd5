using BackupOperator.Api.Entities;
using BackupOperator.Sidecar.Swapping;
using static BackupOperator.Sidecar.Tests.Runs.SwapScene;

namespace BackupOperator.Sidecar.Tests.Runs;

/// <summary>What another run has left: its mark, its open swap, a database that does not start.</summary>
public sealed class RestoreAfterOthersTests
{
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
}
