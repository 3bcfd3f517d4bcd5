using BackupOperator.Sidecar.Swapping;

namespace BackupOperator.Sidecar.Tests.Swapping;

/// <summary>A data directory with old entries and a restore folder with new ones, some of the same name.</summary>
internal sealed class SwapFixture : IDisposable
{
    public const string Id = "run-1";

    private static readonly string[] OldNames = ["ibdata1", "mysql/user.frm", "shop/orders.ibd", "ib_logfile0", "only-old/db.opt"];
    private static readonly string[] NewNames = ["ibdata1", "mysql/user.frm", "shop/orders.ibd", "only-new/db.opt", "aria_log_control"];

    public SwapFixture(string? folder = null)
    {
        Folder = folder ?? Directory.CreateTempSubdirectory("swap-").FullName;
        Folders = SwapFolders.Locate(Folder, Id);
    }

    public string Folder { get; }

    public SwapFolders Folders { get; }

    public DirectorySwap Swap => new(Folders);

    public SwapFixture Fill()
    {
        Write(Folder, OldNames, "old");
        Write(Folders.Restore, NewNames, "new");
        Directory.CreateDirectory(Path.Combine(Folder, "lost+found"));
        File.CreateSymbolicLink(Path.Combine(Folder, "dangling"), "/nowhere");
        return this;
    }

    public void ShouldHoldTheOldData()
    {
        Content(Folder).ShouldBe([.. OldNames.Order(StringComparer.Ordinal).Select(n => $"{n}=old")]);
        Content(Folders.Restore).ShouldBe([.. NewNames.Order(StringComparer.Ordinal).Select(n => $"{n}=new")]);
        new FileInfo(Path.Combine(Folder, "dangling")).LinkTarget.ShouldBe("/nowhere");
        Directory.Exists(Folders.Previous).ShouldBeFalse();
        File.Exists(Folders.Journal).ShouldBeFalse();
    }

    public void ShouldHoldTheNewData()
    {
        Content(Folder).ShouldBe([.. NewNames.Order(StringComparer.Ordinal).Select(n => $"{n}=new")]);
        Content(Folders.Previous).ShouldBe([.. OldNames.Order(StringComparer.Ordinal).Select(n => $"{n}=old")]);
        new FileInfo(Path.Combine(Folders.Previous, "dangling")).LinkTarget.ShouldBe("/nowhere");
        Directory.Exists(Path.Combine(Folder, "lost+found")).ShouldBeTrue();
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static void Write(string folder, string[] names, string content)
    {
        foreach (var name in names)
        {
            var path = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, content);
        }
    }

    private static string[] Content(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(path => (Name: Path.GetRelativePath(folder, path), Path: path))
            .Where(file => !SwapFolders.IsReserved(file.Name.Split('/')[0]) && file.Name != "dangling")
            .Select(file => $"{file.Name}={File.ReadAllText(file.Path)}")
            .Order(StringComparer.Ordinal),
    ];
}
