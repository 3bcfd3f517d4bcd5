using System.Security.Cryptography;

namespace BackupOperator.Sidecar.Tests.Commands;

/// <summary>Rotation of a key, by hand.</summary>
public sealed class RewrapCommandTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("rewrap-");
    private readonly string _data;
    private readonly string _store;

    public RewrapCommandTests()
    {
        _data = _root.CreateSubdirectory("data").FullName;
        _store = Path.Combine(_root.FullName, "store");
        File.WriteAllBytes(Path.Combine(_data, "ibdata1"), RandomNumberGenerator.GetBytes(1 << 20));
    }

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public async Task All_that_the_keys_open_is_wrapped_anew_and_what_they_do_not_is_told()
    {
        var (old, ours, foreign) = (Keys("old", "2025"), Keys("ours", "2025", "2026"), Keys("foreign", "theirs"));
        File.Copy(Path.Combine(old, "2025"), Path.Combine(ours, "2025"), overwrite: true);
        await BackupAsync("a", old, "2025");
        await BackupAsync("b", foreign, "theirs");
        await BackupAsync("c", old, "2025");

        var rewrapped = await Sidecar.RunAsync("rewrap", "--from", _store, "--keys-dir", ours, "--key", "2026");

        rewrapped.ExitCode.ShouldBe((int)ExitCode.Usage, rewrapped.Error);
        rewrapped.Output.ShouldContain("2 of 3 data keys wrapped anew");
        rewrapped.Error.ShouldContain("1 of 3 data keys stay as they were");
        File.Delete(Path.Combine(ours, "2025"));
        foreach (var path in new[] { "a", "c" })
        {
            var read = await Sidecar.RunAsync("verify", "--from", _store, "--path", path, "--level", "readback", "--keys-dir", ours);
            read.ExitCode.ShouldBe(0, read.Error);
        }
    }

    private async Task BackupAsync(string path, string keys, string current)
    {
        var made = await Sidecar.RunAsync("backup", "--data-dir", _data, "--to", _store, "--path", path, "--keys-dir", keys, "--key", current);
        made.ExitCode.ShouldBe(0, made.Error);
    }

    private string Keys(string folder, params string[] names)
    {
        var path = _root.CreateSubdirectory(folder).FullName;
        foreach (var name in names)
        {
            File.WriteAllText(Path.Combine(path, name), Convert.ToHexString(RandomNumberGenerator.GetBytes(32)));
        }

        return path;
    }
}
