using System.Diagnostics;
using BackupOperator.Archive.Storage.Volumes;
using BackupOperator.Archive.Tests.Support;

namespace BackupOperator.Archive.Tests;

/// <summary>docs/restore-by-hand.py: the second reader of the format, which shares no line with the first.</summary>
public sealed class RestoreByHandTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly string _source;
    private readonly string _store;

    public RestoreByHandTests()
    {
        _source = _temp.Sub("source");
        _store = _temp.Sub("store");
        DataDirectory.Fill(_source, new Random(11), largeMegabytes: 7);
        File.CreateSymbolicLink(Path.Combine(_source, "shop", "link"), "../auto.cnf");
    }

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task The_script_restores_a_backup()
    {
        await Backups.WriteAsync(new VolumeObjectStore(_store), Backups.Options(_source) with { PackLimit = 4 << 20 });
        var target = Path.Combine(_temp.Path, "target");
        var (code, output) = await RunAsync(target);
        code.ShouldBe(0, output);
        DataDirectory.Describe(target).ShouldBe(DataDirectory.Describe(_source));
        foreach (var path in Directory.EnumerateFileSystemEntries(target, "*", SearchOption.AllDirectories))
        {
            var before = DataDirectory.Stat(Path.Combine(_source, Path.GetRelativePath(target, path)));
            var after = DataDirectory.Stat(path);
            (after.ModifiedNs, after.Mode, after.UserId).ShouldBe((before.ModifiedNs, before.Mode, before.UserId), path);
        }

        DataDirectory.Stat(Path.Combine(target, "shop", "sparse.ibd")).AllocatedBytes.ShouldBeLessThan(2 << 20);
    }

    [Fact]
    public async Task The_script_restores_each_link_of_a_chain()
    {
        using var chain = new Chain();
        var random = new Random(12);
        DataDirectory.Fill(chain.Source, random, largeMegabytes: 5);
        await chain.WriteAsync("full");
        var parent = "full";
        foreach (var name in new[] { "inc1", "inc2", "inc3" })
        {
            chain.ChangePages("shop/orders.ibd", random, 5);
            chain.ChangePages("ibdata1", random, 1);
            await chain.WriteAsync(name, parent);
            parent = name;
            var target = Path.Combine(_temp.Path, name);
            var (code, output) = await RunAsync(target, chain.StoreFolder, name);
            code.ShouldBe(0, output);
            DataDirectory.Describe(target).ShouldBe(DataDirectory.Describe(chain.Source));
        }
    }

    [Fact]
    public async Task The_script_restores_what_was_merged()
    {
        using var chain = new Chain();
        var random = new Random(13);
        DataDirectory.Fill(chain.Source, random, largeMegabytes: 5);
        await chain.WriteAsync("full");
        chain.ChangePages("shop/orders.ibd", random, 5);
        await chain.WriteAsync("inc", "full");
        await new Merging.ArchiveMerger(chain.Store, "inc", "merged", new Merging.MergeOptions()).RunAsync();
        Directory.Delete(Path.Combine(chain.StoreFolder, "full"), recursive: true);
        Directory.Delete(Path.Combine(chain.StoreFolder, "inc"), recursive: true);
        var target = Path.Combine(_temp.Path, "merged");
        var (code, output) = await RunAsync(target, chain.StoreFolder, "merged");
        code.ShouldBe(0, output);
        DataDirectory.Describe(target).ShouldBe(DataDirectory.Describe(chain.Source));
    }

    [Fact]
    public async Task The_script_says_which_block_is_damaged()
    {
        await Backups.WriteAsync(new VolumeObjectStore(_store), _source);
        var pack = Path.Combine(_store, ArchiveFormat.PackKey(Backups.Path, 0));
        using (var file = File.OpenHandle(pack, access: FileAccess.ReadWrite))
        {
            var middle = new byte[1];
            RandomAccess.Read(file, middle, RandomAccess.GetLength(file) / 2);
            RandomAccess.Write(file, [(byte)(middle[0] ^ 16)], RandomAccess.GetLength(file) / 2);
        }

        var (code, output) = await RunAsync(Path.Combine(_temp.Path, "target"));
        code.ShouldNotBe(0);
        output.ShouldMatch(@"Not restored: block \d+ of shop/orders\.ibd is damaged in ns/db/one/packs/00000\.pack at offset \d+\.");
    }

    [Fact]
    public void The_script_is_short_enough_to_be_read() => File.ReadLines(Script()).Count().ShouldBeLessThanOrEqualTo(80);

    private async Task<(int Code, string Output)> RunAsync(string target, string? store = null, string path = Backups.Path)
    {
        var start = new ProcessStartInfo("python3", [Script(), store ?? _store, path, target]) { RedirectStandardError = true, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + error);
    }

    private static string Script()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "docs", "restore-by-hand.py")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new FileNotFoundException("docs/restore-by-hand.py");
        }

        return Path.Combine(folder, "docs", "restore-by-hand.py");
    }
}
