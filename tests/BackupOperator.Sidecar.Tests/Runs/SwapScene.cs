using BackupOperator.Sidecar.Swapping;

namespace BackupOperator.Sidecar.Tests.Runs;

/// <summary>Data directories as a restore leaves them.</summary>
internal static class SwapScene
{
    public static SwapFolders Folders(RunFixture fixture) => SwapFolders.Locate(fixture.DataDirectory, fixture.Uid);

    public static string Content(string folder)
    {
        try
        {
            var first = File.ReadAllText(Path.Combine(folder, "ibdata1"));
            var second = File.ReadAllText(Path.Combine(folder, "mysql", "user.frm"));
            return first == second ? first : $"{first} and {second}";
        }
        catch (IOException)
        {
            return "nothing";
        }
    }

    /// <summary>As an attempt leaves it that was killed in this state after one of two moves.</summary>
    public static async Task LeaveSwapAsync(RunFixture fixture, SwapState state)
    {
        var folders = Folders(fixture);
        Directory.CreateDirectory(Path.Combine(folders.Restore, "mysql"));
        await File.WriteAllTextAsync(Path.Combine(folders.Restore, "ibdata1"), "new");
        await File.WriteAllTextAsync(Path.Combine(folders.Restore, "mysql", "user.frm"), "new");
        var swap = new DirectorySwap(folders);
        swap.Complete(new Archives.SourceSummary("backup-1", 10, 2));
        var journal = swap.Journal! with { State = state, UndoReason = "no answer" };
        switch (state)
        {
            case SwapState.MovingOut:
                MoveBack(folders.Data, folders.Restore, "ibdata1", "mysql");
                MoveBack(folders.Previous, folders.Data, "ibdata1");
                break;
            case SwapState.MovingIn or SwapState.TakingOut:
                MoveBack(folders.Data, folders.Restore, "ibdata1");
                break;
            case SwapState.PuttingBack:
                MoveBack(folders.Data, folders.Restore, "ibdata1", "mysql");
                MoveBack(folders.Previous, folders.Data, "mysql");
                break;
        }

        journal.Write(folders.Journal);
    }

    private static void MoveBack(string from, string to, params string[] names)
    {
        foreach (var name in names)
        {
            new EntryMover().Move(Path.Combine(from, name), Path.Combine(to, name));
        }
    }
}
