using BackupOperator.Api.Entities;
using BackupOperator.Sidecar.Swapping;
using static BackupOperator.Sidecar.Tests.Runs.SwapScene;

namespace BackupOperator.Sidecar.Tests.Runs;

/// <summary>The data of before stays as long as somebody may want it, and no longer.</summary>
public sealed class PreviousDataTests
{
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
}
