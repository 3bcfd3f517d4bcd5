using System.Diagnostics;
using System.Text.Json;
using BackupOperator.Sidecar.Archives;
using BackupOperator.Sidecar.Swapping;
using BackupOperator.TestSupport.Servers;

namespace BackupOperator.Sidecar.Tests.Commands;

public sealed class CommandLineTests : IDisposable
{
    private readonly string _store = Directory.CreateTempSubdirectory("store-").FullName;

    public void Dispose() => Directory.Delete(_store, recursive: true);

    [Fact]
    public async Task What_was_backed_up_comes_back_in_the_place_of_what_was_lost()
    {
        await using var server = await RealMariaDb.StartNewAsync("--log-bin=mysqld-bin");
        await SampleData.FillAsync(server);
        var before = await SampleData.ChecksumAsync(server);

        // While it runs, its lock refuses the backup.
        var refused = await Sidecar.RunAsync("backup", "--data-dir", server.DataDirectory, "--to", _store);
        refused.ExitCode.ShouldBe((int)ExitCode.Locked, refused.Error);
        refused.Error.ShouldContain(server.DataDirectory);
        Directory.EnumerateFiles(_store, "*", SearchOption.AllDirectories).ShouldBeEmpty();

        await server.StopAsync();
        var backup = await Sidecar.RunAsync("backup", "--data-dir", server.DataDirectory, "--to", _store, "--path", "nightly/one", "--verify", "readback");
        backup.ExitCode.ShouldBe(0, backup.Error);
        var digest = backup.Output.Split('\n').Single(line => line.StartsWith("manifest ", StringComparison.Ordinal))["manifest ".Length..];

        await server.StartAsync();
        await SampleData.RunAsync(server, "DROP DATABASE shop");
        refused = await Sidecar.RunAsync("restore", "--from", _store, "--to", server.DataDirectory, "--in-place");
        refused.ExitCode.ShouldBe((int)ExitCode.Locked, refused.Error);

        await server.StopAsync();
        refused = await Sidecar.RunAsync("restore", "--from", _store, "--to", server.DataDirectory);
        refused.ExitCode.ShouldBe((int)ExitCode.Usage, refused.Error);
        refused.Error.ShouldContain("--in-place");

        var restore = await Sidecar.RunAsync("restore", "--from", _store, "--to", server.DataDirectory, "--in-place", "--manifest", digest);
        restore.ExitCode.ShouldBe(0, restore.Error);
        await server.StartAsync();
        (await SampleData.ChecksumAsync(server)).ShouldBe(before);

        // The old data is there, and MariaDB takes it for no schema.
        var previous = Directory.EnumerateDirectories(server.DataDirectory, "#sql-mysqlbackup-*").Select(folder => Path.Combine(folder, ".mysqlbackup-previous")).Single();
        restore.Output.ShouldContain(previous);
        File.Exists(Path.Combine(previous, "ibdata1")).ShouldBeTrue();
        (await SampleData.DatabasesAsync(server)).ShouldBe("information_schema mysql performance_schema shop sys");
    }

    [Fact]
    public async Task A_new_directory_gets_the_data_and_its_owner_and_a_server_starts_on_it()
    {
        await using var server = await RealMariaDb.StartNewAsync();
        await SampleData.FillAsync(server);
        var before = await SampleData.ChecksumAsync(server);
        await server.StopAsync();
        var backup = await Sidecar.RunAsync("backup", "--data-dir", server.DataDirectory, "--to", _store, "--compression", "none");
        backup.ExitCode.ShouldBe(0, backup.Error);

        var target = Path.Combine(Directory.CreateTempSubdirectory("restored-").FullName, "data");
        File.SetUnixFileMode(Path.GetDirectoryName(target)!, (UnixFileMode)0b111_101_101);
        var restore = await Sidecar.RunAsync("restore", "--from", _store, "--to", target);
        restore.ExitCode.ShouldBe(0, restore.Error);
        Directory.EnumerateFileSystemEntries(target, ".*").ShouldBeEmpty();

        await using (var second = await RealMariaDb.StartOnAsync(target))
        {
            (await SampleData.ChecksumAsync(second)).ShouldBe(before);
        }

        var again = await Sidecar.RunAsync("restore", "--from", _store, "--to", target);
        again.ExitCode.ShouldBe((int)ExitCode.Usage, again.Error);
        Directory.Delete(Path.GetDirectoryName(target)!, recursive: true);
    }

    [Fact]
    public async Task A_flipped_bit_is_found_by_verify_and_restore_and_the_target_stays_untouched()
    {
        var data = FakeDataDirectory();
        (await Sidecar.RunAsync("backup", "--data-dir", data, "--to", _store, "--path", "b")).ExitCode.ShouldBe(0);
        var ok = await Sidecar.RunAsync("verify", "--from", _store, "--output", "json");
        ok.ExitCode.ShouldBe(0, ok.Error);
        JsonDocument.Parse(ok.Output).RootElement.GetProperty("ok").GetBoolean().ShouldBeTrue();

        var pack = Path.Combine(_store, "b", "packs", "00000.pack");
        var bytes = await File.ReadAllBytesAsync(pack);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(pack, bytes);

        var verify = await Sidecar.RunAsync("verify", "--from", _store);
        verify.ExitCode.ShouldBe((int)ExitCode.CorruptArchive, verify.Error);
        verify.Error.ShouldContain("00000.pack");
        verify.Error.ShouldNotContain("   at ");
        var target = FakeDataDirectory();
        var restore = await Sidecar.RunAsync("restore", "--from", _store, "--to", target, "--in-place");
        restore.ExitCode.ShouldBe((int)ExitCode.CorruptArchive, restore.Error);
        (await File.ReadAllBytesAsync(Path.Combine(target, "ibdata1"))).ShouldBe(await File.ReadAllBytesAsync(Path.Combine(data, "ibdata1")));
        Directory.Delete(data, recursive: true);
        Directory.Delete(target, recursive: true);
    }

    [Fact]
    public async Task A_restore_that_died_while_it_moved_files_ends_without_the_storage()
    {
        var data = FakeDataDirectory();
        await BackUpAsync(data);
        var target = Directory.CreateTempSubdirectory("target-").FullName;
        await File.WriteAllTextAsync(Path.Combine(target, "old"), "old", TestContext.Current.CancellationToken);
        string[] command = ["restore", "--from", _store, "--path", "b", "--to", target, "--in-place"];
        (await Sidecar.RunAsync(command)).ExitCode.ShouldBe(0);

        // As it was before the last file had come in.
        var id = Path.GetFileName(Directory.EnumerateDirectories(target, ".mysqlbackup-*").Single())[".mysqlbackup-".Length..];
        var folders = SwapFolders.Locate(target, id);
        Directory.CreateDirectory(folders.Restore);
        File.Move(Path.Combine(target, "ibdata1"), Path.Combine(folders.Restore, "ibdata1"));
        new SwapJournal { State = SwapState.MovingIn, Old = ["old"], Restored = ["big.ibd", "ibdata1"], Source = new SourceSummary("b", 3 << 20, 2) }.Write(folders.Journal);
        Directory.Delete(Path.Combine(_store, "b"), recursive: true);

        var again = await Sidecar.RunAsync(command);
        again.ExitCode.ShouldBe(0, again.Error);
        again.Output.ShouldContain("2 files");
        again.Output.ShouldContain(folders.Previous);
        (await File.ReadAllBytesAsync(Path.Combine(target, "ibdata1"), TestContext.Current.CancellationToken)).ShouldBe(await File.ReadAllBytesAsync(Path.Combine(data, "ibdata1"), TestContext.Current.CancellationToken));
        File.Exists(folders.Journal).ShouldBeFalse();
        Directory.Delete(data, recursive: true);
        Directory.Delete(target, recursive: true);
    }

    [Fact]
    public async Task Backups_are_listed_for_people_and_for_programs()
    {
        var data = FakeDataDirectory();
        (await Sidecar.RunAsync("backup", "--data-dir", data, "--to", _store, "--path", "a/one")).ExitCode.ShouldBe(0);
        (await Sidecar.RunAsync("backup", "--data-dir", data, "--to", _store, "--path", "a/two")).ExitCode.ShouldBe(0);

        var table = await Sidecar.RunAsync("list", "--from", _store);
        table.Output.Split('\n').Length.ShouldBe(4);
        table.Output.ShouldStartWith("PATH");
        var json = JsonDocument.Parse((await Sidecar.RunAsync("list", "--from", _store, "-o", "json")).Output).RootElement;
        json.EnumerateArray().Select(row => row.GetProperty("path").GetString()).ShouldBe(["a/one", "a/two"]);
        json[0].GetProperty("state").GetString().ShouldBe("Complete");
        json[0].GetProperty("type").GetString().ShouldBe("Full");
        json[0].GetProperty("encrypted").GetBoolean().ShouldBeFalse();
        json[0].TryGetProperty("parent", out _).ShouldBeFalse();

        var ambiguous = await Sidecar.RunAsync("verify", "--from", _store);
        ambiguous.ExitCode.ShouldBe((int)ExitCode.Usage);
        ambiguous.Error.ShouldContain("a/one, a/two");
        (await Sidecar.RunAsync("verify", "--from", Path.Combine(_store, "a", "two"))).ExitCode.ShouldBe(0);
        var taken = await Sidecar.RunAsync("backup", "--data-dir", data, "--to", _store, "--path", "a/one");
        taken.ExitCode.ShouldBe((int)ExitCode.Usage);
        taken.Error.ShouldContain("already");
        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task What_is_wrong_is_said_in_one_sentence_with_an_exit_code_of_its_own()
    {
        var data = FakeDataDirectory();
        await ShouldFailAsync(ExitCode.Usage, "--data-dir", "backup", "--to", _store);
        await ShouldFailAsync(ExitCode.Usage, "lz4", "backup", "--data-dir", data, "--to", _store, "--compression", "lz4");
        await ShouldFailAsync(ExitCode.Usage, "ftp://", "list", "--from", "ftp://x/y");
        await ShouldFailAsync(ExitCode.Usage, "..", "backup", "--data-dir", data, "--to", _store, "--path", "../x");
        await ShouldFailAsync(ExitCode.NotFound, "/nowhere", "backup", "--data-dir", "/nowhere", "--to", _store);
        await ShouldFailAsync(ExitCode.NotFound, "no backup", "verify", "--from", _store);
        await ShouldFailAsync(ExitCode.NotFound, "no backup", "restore", "--from", _store, "--path", "x", "--to", data, "--in-place");
        await ShouldFailAsync(ExitCode.StorageRefused, "/nowhere", "list", "--from", "/nowhere");
        await ShouldFailAsync(ExitCode.Usage, RunSpec.EnvironmentVariable, "run");
        await ShouldFailAsync(ExitCode.CorruptArchive, "recorded", "restore", "--from", await BackUpAsync(data), "--manifest", "sha256:00", "--to", data, "--in-place");
        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task The_version_and_the_help_are_there()
    {
        (await Sidecar.RunAsync("--version")).Output.ShouldStartWith("0.");
        (await Sidecar.RunAsync("--help")).Output.ShouldContain("restore");
        (await Sidecar.RunAsync("backup", "--help")).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task A_backup_that_was_interrupted_goes_on_with_the_same_path()
    {
        var data = FakeDataDirectory(megabytes: 32, bits: 0x3F);
        var start = Sidecar.Start("backup", "--data-dir", data, "--to", _store, "--path", "b", "--compression", "zstd:19");
        using (var first = Process.Start(start)!)
        {
            // The first pack is under way.
            for (var i = 0; i < 1000 && !first.HasExited && StoredBytes() < 8 << 20; i++)
            {
                await Task.Delay(10);
            }

            using var signal = Process.Start("kill", ["-INT", $"{first.Id}"]);
            await first.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
            first.ExitCode.ShouldBe((int)ExitCode.Interrupted, await first.StandardError.ReadToEndAsync());
        }

        var list = await Sidecar.RunAsync("list", "--from", _store);
        list.Output.ShouldContain("Unfinished");
        var second = await Sidecar.RunAsync("backup", "--data-dir", data, "--to", _store, "--path", "b", "--compression", "zstd:19", "--verify", "readback");
        second.ExitCode.ShouldBe(0, second.Error);
        var target = Path.Combine(data, "restored");
        (await Sidecar.RunAsync("restore", "--from", _store, "--to", target)).ExitCode.ShouldBe(0);
        Hash(target).ShouldBe(Hash(data));
        Directory.Delete(data, recursive: true);

        static string Hash(string folder)
        {
            using var stream = File.OpenRead(Path.Combine(folder, "big.ibd"));
            return Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(stream));
        }

        long StoredBytes()
        {
            try
            {
                return new DirectoryInfo(_store).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
            }
            catch (FileNotFoundException)
            {
                // It was removed between its listing and its look.
                return 0;
            }
        }
    }

    /// <param name="bits">Those of each byte that are random: with fewer than all there is something to compress, which takes its time.</param>
    private static string FakeDataDirectory(int megabytes = 3, byte bits = 0xFF)
    {
        var folder = Directory.CreateTempSubdirectory("data-").FullName;
        var random = new Random(7);
        var content = new byte[3 << 20];
        random.NextBytes(content);
        File.WriteAllBytes(Path.Combine(folder, "ibdata1"), content);
        using var big = File.Create(Path.Combine(folder, "big.ibd"));
        for (var i = 3; i < megabytes; i++)
        {
            random.NextBytes(content.AsSpan(0, 1 << 20));
            foreach (ref var octet in content.AsSpan(0, 1 << 20))
            {
                octet &= bits;
            }

            big.Write(content, 0, 1 << 20);
        }

        return folder;
    }

    private static async Task ShouldFailAsync(ExitCode code, string words, params string[] arguments)
    {
        var outcome = await Sidecar.RunAsync(arguments);
        outcome.ExitCode.ShouldBe((int)code, outcome.Error);
        outcome.Error.ShouldContain(words, customMessage: outcome.Error);
        outcome.Error.ShouldNotContain("   at ");
    }

    private async Task<string> BackUpAsync(string data)
    {
        (await Sidecar.RunAsync("backup", "--data-dir", data, "--to", _store, "--path", "b")).ExitCode.ShouldBe(0);
        return _store;
    }
}
