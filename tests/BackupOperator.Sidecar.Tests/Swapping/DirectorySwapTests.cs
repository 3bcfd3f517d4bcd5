using BackupOperator.Sidecar.Swapping;

namespace BackupOperator.Sidecar.Tests.Swapping;

public sealed class DirectorySwapTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void A_swap_puts_the_restored_data_in_place_and_keeps_the_old()
    {
        using var fixture = new SwapFixture().Fill();
        fixture.Swap.Complete();
        fixture.ShouldHoldTheNewData();
        fixture.Swap.Journal!.State.ShouldBe(SwapState.Swapped);

        fixture.Swap.Commit();
        fixture.ShouldHoldTheNewData();
        fixture.Swap.Journal.ShouldBeNull();
        Directory.Exists(fixture.Folders.Restore).ShouldBeFalse();
    }

    [Fact]
    public void An_undo_brings_the_old_data_back_without_what_a_server_made_of_the_new()
    {
        using var fixture = new SwapFixture().Fill();
        fixture.Swap.Complete();
        File.WriteAllText(Path.Combine(fixture.Folder, "made-by-server"), "x");

        fixture.Swap.Undo("MySQL did not start");

        File.Delete(Path.Combine(fixture.Folders.Restore, "made-by-server"));
        fixture.ShouldHoldTheOldData();
    }

    [Fact]
    public async Task A_swap_killed_before_any_change_is_finished_by_the_next_attempt()
    {
        var deaths = 0;
        for (var n = 1; await DiesAsync(n); n++)
        {
            deaths++;
        }

        // Six old entries, five restored ones, two folders to flush after each, and before that those that are made.
        deaths.ShouldBe(2 + 5 + 1 + 2 + 5 + 2);

        async Task<bool> DiesAsync(int n)
        {
            using var fixture = new SwapFixture().Fill();
            var died = await CrashingSwap.RunAsync(fixture.Folder, undo: false, n, Cancel);
            fixture.Swap.Complete();
            fixture.ShouldHoldTheNewData();
            return died;
        }
    }

    [Theory]
    [InlineData(6, 3)]
    [InlineData(13, 3)]
    [InlineData(99, 1)]
    public async Task An_undo_of_a_swap_killed_anywhere_may_be_killed_anywhere_itself(int swapDiesBefore, int stride)
    {
        for (var n = 1; await DiesAsync(n); n += stride)
        {
            n.ShouldBeLessThan(30);
        }

        async Task<bool> DiesAsync(int n)
        {
            using var fixture = new SwapFixture().Fill();
            await CrashingSwap.RunAsync(fixture.Folder, undo: false, swapDiesBefore, Cancel);
            var died = await CrashingSwap.RunAsync(fixture.Folder, undo: true, n, Cancel);
            fixture.Swap.Undo("again");
            fixture.ShouldHoldTheOldData();
            return died;
        }
    }

    [Fact]
    public void A_swap_that_is_being_undone_cannot_be_completed()
    {
        using var fixture = new SwapFixture().Fill();
        fixture.Swap.Complete();
        (fixture.Swap.Journal! with { State = SwapState.TakingOut, UndoReason = "no answer" }).Write(fixture.Folders.Journal);
        Should.Throw<InvalidOperationException>(() => fixture.Swap.Complete()).Message.ShouldContain("no answer");
        fixture.ShouldHoldTheNewData();
    }

    [Fact]
    public void Nothing_restored_means_no_swap()
    {
        using var fixture = new SwapFixture();
        File.WriteAllText(Path.Combine(fixture.Folder, "ibdata1"), "old");
        Should.Throw<InvalidOperationException>(() => fixture.Swap.Complete());
        Directory.CreateDirectory(fixture.Folders.Restore);
        Should.Throw<InvalidOperationException>(() => fixture.Swap.Complete());
        File.ReadAllText(Path.Combine(fixture.Folder, "ibdata1")).ShouldBe("old");
        fixture.Swap.Journal.ShouldBeNull();
    }

    [Fact]
    public void A_restored_entry_that_vanished_stops_the_swap_and_the_old_data_can_come_back()
    {
        using var fixture = new SwapFixture().Fill();
        Directory.CreateDirectory(fixture.Folders.Container);
        new SwapJournal { State = SwapState.MovingOut, Old = ["ibdata1"], Restored = ["aria_log_control", "was-there"] }.Write(fixture.Folders.Journal);
        Should.Throw<IOException>(() => fixture.Swap.Complete()).Message.ShouldContain("was-there");
        fixture.Swap.Undo("incomplete");
        fixture.ShouldHoldTheOldData();
    }

    [Fact]
    public void What_appears_during_the_swap_is_never_overwritten()
    {
        using var fixture = new SwapFixture().Fill();
        new SwapJournal { State = SwapState.MovingIn, Old = [], Restored = ["ibdata1"] }.Write(fixture.Folders.Journal);
        Should.Throw<IOException>(() => fixture.Swap.Complete()).Message.ShouldContain("already a");
        File.ReadAllText(Path.Combine(fixture.Folder, "ibdata1")).ShouldBe("old");
    }

    [Theory]
    [InlineData(SwapState.MovingOut, 5)]
    [InlineData(SwapState.MovingIn, 12)]
    public async Task What_is_in_the_way_of_an_undo_is_set_aside_wherever_swap_and_undo_are_killed(SwapState state, int swapDiesBefore)
    {
        for (var n = 1; await DiesAsync(n); n += 2)
        {
            n.ShouldBeLessThan(40);
        }

        async Task<bool> DiesAsync(int n)
        {
            using var fixture = new SwapFixture().Fill();
            await CrashingSwap.RunAsync(fixture.Folder, undo: false, swapDiesBefore, Cancel);
            fixture.Swap.Journal!.State.ShouldBe(state);
            var elsewhere = state == SwapState.MovingOut ? fixture.Folders.Previous : fixture.Folders.Restore;
            foreach (var path in Directory.EnumerateFileSystemEntries(elsewhere))
            {
                await File.WriteAllTextAsync(Path.Combine(fixture.Folder, Path.GetFileName(path)), "intruder", Cancel);
            }

            var died = await CrashingSwap.RunAsync(fixture.Folder, undo: true, n, Cancel);
            fixture.Swap.Undo("again");
            Directory.EnumerateFiles(fixture.Folders.Intruders, "*", SearchOption.AllDirectories).ShouldAllBe(file => File.ReadAllText(file) == "intruder");
            Directory.Delete(fixture.Folders.Intruders, recursive: true);
            fixture.ShouldHoldTheOldData();
            return died;
        }
    }

    [Fact]
    public void What_was_set_aside_is_told_and_never_overwritten()
    {
        using var fixture = new SwapFixture().Fill();
        fixture.Swap.Complete();
        Directory.CreateDirectory(fixture.Folders.Intruders);
        File.WriteAllText(Path.Combine(fixture.Folders.Intruders, "ibdata1"), "first");
        Directory.CreateDirectory(fixture.Folders.Restore);
        File.Move(Path.Combine(fixture.Folder, "ibdata1"), Path.Combine(fixture.Folders.Restore, "ibdata1"));
        File.WriteAllText(Path.Combine(fixture.Folder, "ibdata1"), "second");

        var told = fixture.Swap.Undo("no answer");

        told.Select(path => $"{Path.GetFileName(path)}={File.ReadAllText(path)}").ShouldBe(["ibdata1=first", "ibdata1.1=second"]);
        Directory.Delete(fixture.Folders.Intruders, recursive: true);
        fixture.ShouldHoldTheOldData();
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("a/b")]
    [InlineData("-rf")]
    public void An_id_cannot_lead_out_of_the_data_directory(string id) =>
        Should.Throw<ArgumentException>(() => SwapFolders.Locate("/data", id));

    [Theory]
    [InlineData("aria_log_control", "#sql-mysqlbackup-x")]
    [InlineData("mysql.ibd", ".mysqlbackup-x")]
    public void The_folders_are_out_of_sight_of_the_server_that_is_there_and_found_again_when_its_files_are_moved(string sign, string container)
    {
        var data = Directory.CreateTempSubdirectory().FullName;
        File.WriteAllText(Path.Combine(data, sign), "");
        var folders = SwapFolders.Locate(data, "x");
        Path.GetFileName(folders.Container).ShouldBe(container);
        Directory.CreateDirectory(folders.Previous);
        File.Move(Path.Combine(data, sign), Path.Combine(folders.Previous, sign));
        SwapFolders.Locate(data, "x").Previous.ShouldBe(folders.Previous);
        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public void A_damaged_journal_is_told_and_nothing_moves()
    {
        using var fixture = new SwapFixture().Fill();
        File.WriteAllText(fixture.Folders.Journal, "{ nonsense");
        Should.Throw<InvalidDataException>(() => fixture.Swap.Complete()).Message.ShouldContain(fixture.Folders.Journal);
        File.Delete(fixture.Folders.Journal);
        fixture.ShouldHoldTheOldData();
    }
}
