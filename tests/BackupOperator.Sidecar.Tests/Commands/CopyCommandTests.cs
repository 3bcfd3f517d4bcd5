using System.Security.Cryptography;

namespace BackupOperator.Sidecar.Tests.Commands;

/// <summary>Copies and merges of backups, by hand.</summary>
public sealed class CopyCommandTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("commands-");
    private readonly string _data;
    private readonly string _store;

    public CopyCommandTests()
    {
        _data = _root.CreateSubdirectory("data").FullName;
        _store = Path.Combine(_root.FullName, "store");
        File.WriteAllBytes(Path.Combine(_data, "ibdata1"), RandomNumberGenerator.GetBytes(3 << 20));
    }

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public async Task A_chain_is_copied_and_restored_from_the_copy_alone()
    {
        (await Sidecar.RunAsync("backup", "--data-dir", _data, "--to", _store, "--path", "full")).ExitCode.ShouldBe(0);
        await File.WriteAllTextAsync(Path.Combine(_data, "later"), "later");
        (await Sidecar.RunAsync("backup", "--data-dir", _data, "--to", _store, "--path", "inc", "--parent", "full")).ExitCode.ShouldBe(0);
        var copy = Path.Combine(_root.FullName, "copy");
        var first = await Sidecar.RunAsync("copy", "--from", _store, "--path", "inc", "--to", copy);
        first.ExitCode.ShouldBe(0, first.Error);
        var again = await Sidecar.RunAsync("copy", "--from", _store, "--path", "inc", "--to", copy);
        again.Output.ShouldContain(" 0 objects");
        Directory.Delete(_store, recursive: true);
        var target = Path.Combine(_root.FullName, "target");
        var restored = await Sidecar.RunAsync("restore", "--from", copy, "--path", "inc", "--to", target);
        restored.ExitCode.ShouldBe(0, restored.Error);
        (await File.ReadAllBytesAsync(Path.Combine(target, "ibdata1"))).ShouldBe(await File.ReadAllBytesAsync(Path.Combine(_data, "ibdata1")));
        (await File.ReadAllTextAsync(Path.Combine(target, "later"))).ShouldBe("later");
    }

    [Fact]
    public async Task A_chain_is_merged_and_restored_without_what_it_was_made_of()
    {
        (await Sidecar.RunAsync("backup", "--data-dir", _data, "--to", _store, "--path", "full")).ExitCode.ShouldBe(0);
        await File.WriteAllTextAsync(Path.Combine(_data, "later"), "later");
        (await Sidecar.RunAsync("backup", "--data-dir", _data, "--to", _store, "--path", "inc", "--parent", "full")).ExitCode.ShouldBe(0);
        var merged = await Sidecar.RunAsync("merge", "--from", _store, "--path", "inc", "--to-path", "new/full");
        merged.ExitCode.ShouldBe(0, merged.Error);
        merged.Output.ShouldContain("manifest sha256:");
        var again = await Sidecar.RunAsync("merge", "--from", _store, "--path", "inc", "--to-path", "new/full");
        again.ExitCode.ShouldBe((int)ExitCode.Usage, again.Error);
        Directory.Delete(Path.Combine(_store, "full"), recursive: true);
        Directory.Delete(Path.Combine(_store, "inc"), recursive: true);
        var target = Path.Combine(_root.FullName, "target");
        var restored = await Sidecar.RunAsync("restore", "--from", _store, "--to", target);
        restored.ExitCode.ShouldBe(0, restored.Error);
        (await File.ReadAllBytesAsync(Path.Combine(target, "ibdata1"))).ShouldBe(await File.ReadAllBytesAsync(Path.Combine(_data, "ibdata1")));
    }
}
