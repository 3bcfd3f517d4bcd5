using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Storage.Volumes;
using BackupOperator.Archive.Tests.Support;
using BackupOperator.Archive.Writing;

namespace BackupOperator.Archive.Tests;

/// <summary>What is read of a data directory, what is left out, and what makes a backup refuse.</summary>
public sealed class SourceTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly string _source;
    private readonly VolumeObjectStore _store;

    public SourceTests()
    {
        _source = _temp.Sub("source");
        _store = new VolumeObjectStore(_temp.Sub("store"));
        Write("ibdata1", 3 << 20);
    }

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData("ibtmp1", false, true)]
    [InlineData("ibtmp12", false, true)]
    [InlineData("ibtmp1.ibd", false, false)]
    [InlineData("ibtmp", false, false)]
    [InlineData("ibtmp1", true, false)]
    [InlineData("#innodb_temp", true, true)]
    [InlineData("#innodb_temp", false, false)]
    [InlineData("#innodb_redo", true, false)]
    [InlineData("host-1.pid", false, true)]
    [InlineData("mysql.sock", false, true)]
    [InlineData("mysqlx.sock.lock", false, true)]
    [InlineData("lost+found", true, true)]
    [InlineData("core", false, true)]
    [InlineData("core.4711", false, true)]
    [InlineData("core", true, false)]
    [InlineData("core_data.ibd", false, false)]
    [InlineData("core.ibd", false, false)]
    [InlineData("core.4711.ibd", false, false)]
    [InlineData("shop/core", false, false)]
    [InlineData("shop/x.pid", false, false)]
    [InlineData(".mysqlbackup-restore-1", true, true)]
    [InlineData(".mysqlbackup-swap-1.json", false, true)]
    [InlineData("shop/.mysqlbackup-x", false, false)]
    [InlineData("binlog.000001", false, false)]
    public void Only_what_a_server_makes_anew_is_left_out(string path, bool isDirectory, bool expected) =>
        Exclusions.Matches(Exclusions.Default, path, isDirectory).ShouldBe(expected);

    [Theory]
    [InlineData("/var/lib/other")]
    [InlineData("../other")]
    [InlineData("sub/../../other")]
    public async Task A_link_that_leads_out_of_the_data_directory_is_refused_by_name(string target)
    {
        File.CreateSymbolicLink(Path.Combine(_source, "elsewhere"), target);
        var error = await RefusedAsync();
        error.Message.ShouldContain("elsewhere");
        error.Message.ShouldContain(target);
    }

    [Fact]
    public async Task A_table_that_lies_elsewhere_is_refused_by_name()
    {
        Write(Path.Combine("shop", "orders.isl"), 0);
        File.WriteAllText(Path.Combine(_source, "shop", "orders.isl"), "/fast-disk/shop/orders.ibd\n");
        var error = await RefusedAsync();
        error.Message.ShouldContain("orders.isl");
        error.Message.ShouldContain("/fast-disk/shop/orders.ibd");

        // As the server sees it, this one is in the data directory.
        File.WriteAllText(Path.Combine(_source, "shop", "orders.isl"), "/var/lib/mysql/shop/orders2.ibd");
        await Backups.WriteAsync(_store, Backups.Options(_source) with { ServerDataDirectory = "/var/lib/mysql" });
    }

    [Fact]
    public async Task Sockets_and_pipes_are_left_out_and_names_of_all_kinds_come_back()
    {
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(Path.Combine(_source, "odd")));
        string[] names = ["a b", "tab\tand\nnewline", "\"quoted\"", "back\\slash", "größe", "🐬", "\uE000", "a", "a.b", "a-b/c", new string('n', 255)];
        foreach (var name in names)
        {
            Write(name, 10);
        }

        await Backups.WriteAsync(_store, _source);
        var target = Path.Combine(_temp.Path, "target");
        await Backups.RestoreAsync(_store, target);
        File.Delete(Path.Combine(_source, "odd"));
        DataDirectory.Describe(target).ShouldBe(DataDirectory.Describe(_source));
    }

    [Fact]
    public async Task A_name_that_is_no_text_is_refused()
    {
        await ShellAsync($"touch $'{_source}/bad\\xff'");
        (await RefusedAsync()).Message.ShouldContain("no valid text");
        await ShellAsync($"rm $'{_source}/bad\\xff'");
    }

    [Fact]
    public async Task A_directory_that_is_not_there_is_refused() =>
        (await Should.ThrowAsync<DataDirectoryException>(() => Backups.WriteAsync(_store, Path.Combine(_temp.Path, "nowhere")))).Message.ShouldContain("no data directory");

    [Fact]
    public async Task Files_that_did_not_change_are_not_read_under_the_lock()
    {
        Age("ibdata1");
        Write("young.ibd", 2 << 20);
        Write("table.MYD", 2 << 20);
        Write("tc.log", 100);
        Age("table.MYD");
        Age("tc.log");

        // ctime cannot be set back, so the clock goes ahead, and what is to be young goes with it.
        var time = new WrongClock(TimeSpan.FromHours(1));
        File.SetLastWriteTimeUtc(Path.Combine(_source, "young.ibd"), time.GetUtcNow().UtcDateTime);

        await using var writer = await ArchiveWriter.OpenAsync(_store, Backups.Path, Backups.Options(_source) with { Time = time });
        await writer.RunPassAsync(databaseStopped: false);
        var pass = await writer.RunPassAsync(databaseStopped: true);
        pass.FilesUnchanged.ShouldBe(1);
        pass.BlocksStored.ShouldBe(0);
        pass.BytesRead.ShouldBe((4 << 20) + 100, "what is young, or may be mapped, is read again");
    }

    [Fact]
    public async Task A_change_that_leaves_size_and_time_as_they_were_is_found()
    {
        await using var writer = await ArchiveWriter.OpenAsync(_store, Backups.Path, Backups.Options(_source));
        await writer.RunPassAsync(databaseStopped: false);
        var path = Path.Combine(_source, "ibdata1");
        var time = File.GetLastWriteTimeUtc(path);
        using (var file = File.OpenHandle(path, access: FileAccess.Write))
        {
            RandomAccess.Write(file, [1, 2, 3], 1 << 20);
        }

        File.SetLastWriteTimeUtc(path, time);
        var pass = await writer.RunPassAsync(databaseStopped: true);
        pass.BlocksStored.ShouldBe(1);
        pass.BlocksReused.ShouldBe(2);
        await writer.FinishAsync(new ManifestFacts());
        var target = Path.Combine(_temp.Path, "target");
        await Backups.RestoreAsync(_store, target);
        DataDirectory.Describe(target).ShouldBe(DataDirectory.Describe(_source));
    }

    [Fact]
    public async Task A_directory_that_changes_while_the_server_is_stopped_is_refused()
    {
        foreach (var (what, change) in new (string, Action)[]
        {
            ("ibdata1", () => Touch("ibdata1")),
            ("new.ibd", () => Write("new.ibd", 5)),
            ("new.ibd", () => File.Delete(Path.Combine(_source, "new.ibd"))),
        })
        {
            var done = false;
            var progress = new Reaction(() =>
            {
                if (!done)
                {
                    done = true;
                    change();
                }
            });
            await using var writer = await ArchiveWriter.OpenAsync(_store, Backups.Path, Backups.Options(_source));
            var error = await Should.ThrowAsync<DataDirectoryException>(() => writer.RunPassAsync(databaseStopped: true, progress));
            error.Message.ShouldContain(what);
            await Should.ThrowAsync<InvalidOperationException>(() => writer.FinishAsync(new ManifestFacts()));
        }
    }

    [Fact]
    public async Task A_live_directory_may_lose_and_gain_files_while_it_is_read()
    {
        for (var i = 0; i < 200; i++)
        {
            Write($"db{i % 5}/t{i}.ibd", 20_000);
        }

        using var stop = new CancellationTokenSource();
        var churn = Task.Run(() =>
        {
            var random = new Random(9);
            while (!stop.IsCancellationRequested)
            {
                var i = random.Next(200);
                if (random.Next(20) == 0)
                {
                    Directory.Delete(Path.Combine(_source, $"db{i % 5}"), recursive: true);
                }

                Write($"db{i % 5}/t{i}.ibd", random.Next(3 << 20));
            }
        });
        await using var writer = await ArchiveWriter.OpenAsync(_store, Backups.Path, Backups.Options(_source));
        for (var i = 0; i < 8; i++)
        {
            await writer.RunPassAsync(databaseStopped: false);
        }

        await stop.CancelAsync();
        await churn;
        await writer.RunPassAsync(databaseStopped: true);
        await writer.FinishAsync(new ManifestFacts());
        var target = Path.Combine(_temp.Path, "target");
        await Backups.RestoreAsync(_store, target);
        DataDirectory.Describe(target).ShouldBe(DataDirectory.Describe(_source));
    }

    [Fact]
    public void A_file_that_changed_in_the_same_moment_as_it_was_looked_at_is_never_taken_as_unchanged()
    {
        var stat = DataDirectory.Stat(Path.Combine(_source, "ibdata1"));
        var newest = Math.Max(stat.ModifiedNs, stat.ChangedNs);
        Whole(new FileRecord("ibdata1", stat, newest + 1_999_999_999, isLive: false)).IsStill(stat).ShouldBeFalse();
        Whole(new FileRecord("ibdata1", stat, newest + 2_000_000_000, isLive: false)).IsStill(stat).ShouldBeTrue();
        Whole(new FileRecord("ibdata1", stat, newest + 2_000_000_000, isLive: false)).IsStill(stat with { Inode = stat.Inode + 1 }).ShouldBeFalse();
        Whole(new FileRecord("ibdata1", stat, newest + 2_000_000_000, isLive: false)).IsStill(stat with { ChangedNs = stat.ChangedNs - 1 }).ShouldBeFalse();
        new FileRecord("ibdata1", stat, newest + 2_000_000_000, isLive: false).IsStill(stat).ShouldBeFalse("it was not read to its end");

        // While a server runs, a write that is on its way to the disk is later than its times.
        Whole(new FileRecord("ibdata1", stat, newest + 59_999_999_999, isLive: true)).IsStill(stat).ShouldBeFalse();
        Whole(new FileRecord("ibdata1", stat, newest + 60_000_000_000, isLive: true)).IsStill(stat).ShouldBeTrue();

        static FileRecord Whole(FileRecord record)
        {
            record.Blocks.SetHoles(0, record.Blocks.Count);
            return record;
        }
    }

    private static async Task ShellAsync(string command)
    {
        using var shell = System.Diagnostics.Process.Start("bash", ["-c", command]);
        await shell.WaitForExitAsync();
        shell.ExitCode.ShouldBe(0);
    }

    private Task<DataDirectoryException> RefusedAsync() => Should.ThrowAsync<DataDirectoryException>(() => Backups.WriteAsync(_store, _source));

    private void Write(string name, int size)
    {
        var path = Path.Combine(_source, name);
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                DataDirectory.Write(path, DataDirectory.Noise(new Random(size), size));
                return;
            }
            catch (DirectoryNotFoundException) when (attempt < 10)
            {
            }
        }
    }

    private void Touch(string name) => File.SetLastWriteTimeUtc(Path.Combine(_source, name), TimeProvider.System.GetUtcNow().UtcDateTime);

    private void Age(string name) => File.SetLastWriteTimeUtc(Path.Combine(_source, name), TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(-1));

    private sealed class Reaction(Action action) : IProgress<ArchiveProgress>
    {
        public void Report(ArchiveProgress value) => action();
    }
}
