using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Storage;
using BackupOperator.Archive.Storage.Volumes;
using BackupOperator.Archive.Tests.Support;

namespace BackupOperator.Archive.Tests;

/// <summary>What a user may not look at is there all the same: nobody takes it for nothing.</summary>
public sealed class VolumeRightsTests : IDisposable
{
    private const UnixFileMode All = (UnixFileMode)0x1FF;
    private readonly Chain _chain = new();
    private readonly string _log;

    public VolumeRightsTests()
    {
        DataDirectory.Write(Path.Combine(_chain.Source, "ibdata1"), DataDirectory.Noise(new Random(3), 2 << 20));
        _log = Path.Combine(_chain.Sub("log"), "log");
    }

    public void Dispose() => _chain.Dispose();

    [Theory]
    [InlineData("ns/db/inc", "400")]
    [InlineData("ns/db/inc", "000")]
    [InlineData("ns/db/inc", "200")]
    [InlineData("ns/db", "400")]
    [InlineData("elsewhere", "400")]
    [InlineData("elsewhere/db", "000")]
    public async Task A_backup_stays_when_the_folder_of_another_one_that_builds_on_it_cannot_be_looked_at(string folder, string mode)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can become another user");
        await _chain.WriteAsync("ns/db/full");
        await _chain.WriteAsync("ns/db/inc", "ns/db/full");
        await _chain.WriteAsync("elsewhere/db/inc", "ns/db/full");
        OpenToAll();
        var shut = Path.Combine(_chain.StoreFolder, folder);
        File.SetUnixFileMode(shut, (UnixFileMode)Convert.ToInt32(mode, 8));

        // Those that can be looked at go; so only the one that cannot holds it.
        var requests = folder == "ns/db" ? "ns/db/full" : folder.StartsWith("ns", StringComparison.Ordinal) ? "elsewhere/db/inc,ns/db/full" : "ns/db/inc,ns/db/full";
        await PruneAsNobodyAsync(requests);

        File.SetUnixFileMode(shut, All);
        File.Exists(Path.Combine(_chain.StoreFolder, ArchiveFormat.ManifestKey("ns/db/full"))).ShouldBeTrue();
        var told = File.ReadLines(_log).Where(line => line.StartsWith(ChildKeeper.Left, StringComparison.Ordinal)).ShouldHaveSingleItem();
        told.ShouldContain($"{StorageFailure.Refused}");
        told.ShouldContain(shut);
        told.ShouldContain("denied");
        await _chain.ShouldHoldAsync("ns/db/inc", DataDirectory.Describe(_chain.Source));
        await _chain.ShouldHoldAsync("elsewhere/db/inc", DataDirectory.Describe(_chain.Source));
    }

    [Fact]
    public async Task A_disk_with_a_lost_and_found_of_roots_takes_a_backup_and_lets_go_of_it()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can become another user");
        Directory.CreateDirectory(Path.Combine(_chain.StoreFolder, "lost+found", "#12"));
        await _chain.WriteAsync("ns/db/old");
        OpenToAll();
        File.SetUnixFileMode(Path.Combine(_chain.StoreFolder, "lost+found"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        await ChildWriter.RunToEndAsync(ChildWriter.Verb, new ChildJob { Source = _chain.Source, Folder = _chain.StoreFolder, Log = _log }, asNobody: true);
        await _chain.ShouldHoldAsync("ns/killed", DataDirectory.Describe(_chain.Source));

        await PruneAsNobodyAsync("ns/db/old");
        File.ReadAllText(_log).ShouldNotContain(ChildKeeper.Left);
        Directory.Exists(Path.Combine(_chain.StoreFolder, "ns/db")).ShouldBeFalse();
    }

    [Fact]
    public async Task Uploads_are_looked_for_below_the_prefix_and_nowhere_else()
    {
        var id = await _chain.Store.BeginUploadAsync("ns/db/one/packs/00000.pack");
        await _chain.Store.BeginUploadAsync("ns/db/one-more/packs/00000.pack");
        await _chain.Store.BeginUploadAsync("top");
        foreach (var prefix in new[] { "ns/db/one/", "ns/db/one/packs/", "ns/db/one/packs/000" })
        {
            (await _chain.Store.ListUploadsAsync(prefix).ToListAsync()).ShouldHaveSingleItem().ShouldSatisfyAllConditions(
                u => u.Key.ShouldBe("ns/db/one/packs/00000.pack"), u => u.UploadId.ShouldBe(id), u => u.StartedAt!.Value.ShouldBe(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(1)));
        }

        (await _chain.Store.ListUploadsAsync("ns/db/one").ToListAsync()).Count.ShouldBe(2);
        (await _chain.Store.ListUploadsAsync("").ToListAsync()).Count.ShouldBe(3);
        (await _chain.Store.ListUploadsAsync("nowhere/").ToListAsync()).ShouldBeEmpty();
        (await _chain.Store.ListAsync("").ToListAsync()).ShouldBeEmpty("none of it is an object");
    }

    [Fact]
    public async Task A_file_where_a_folder_should_be_and_a_link_that_leads_nowhere_are_nothing()
    {
        await _chain.Store.PutAsync("a", new byte[3]);
        File.CreateSymbolicLink(Path.Combine(_chain.StoreFolder, "b"), "nowhere");
        (await _chain.Store.FindAsync("a/manifest.json.zst")).ShouldBeNull();
        (await _chain.Store.FindAsync("b")).ShouldBeNull();
        (await _chain.Store.ListAsync("a/").ToListAsync()).ShouldBeEmpty();
        (await _chain.Store.ListAsync("").ToListAsync()).ShouldHaveSingleItem().Key.ShouldBe("a");
    }

    [Fact]
    public async Task What_leads_in_circles_is_told()
    {
        File.CreateSymbolicLink(Path.Combine(_chain.StoreFolder, "circle"), "circle");
        (await Should.ThrowAsync<StorageException>(() => _chain.Store.FindAsync("circle"))).Failure.ShouldBe(StorageFailure.Unavailable);
        (await Should.ThrowAsync<StorageException>(async () => await _chain.Store.ListAsync("").ToListAsync())).Message.ShouldContain("circle");
        (await Should.ThrowAsync<StorageException>(() => _chain.Store.ListPartsAsync("circle/x", Guid.NewGuid().ToString("N")))).Message.ShouldContain("circle");
        (await Should.ThrowAsync<StorageException>(() => _chain.Store.CompleteUploadAsync("circle/x", Guid.NewGuid().ToString("N"), []))).Failure.ShouldBe(StorageFailure.Unavailable);
        (await Should.ThrowAsync<StorageException>(() => _chain.Store.DeleteAsync("circle/x"))).Message.ShouldContain("circle");
        (await Should.ThrowAsync<StorageException>(() => _chain.Store.DeleteFolderAsync("circle/x"))).Message.ShouldContain("circle");
        Should.Throw<StorageException>(() => new VolumeObjectStore(Path.Combine(_chain.StoreFolder, "circle"))).Failure.ShouldBe(StorageFailure.Unavailable);
    }

    private Task<long> PruneAsNobodyAsync(string paths) =>
        ChildWriter.RunToEndAsync(ChildKeeper.Prune, new KeepingJob { Folder = _chain.StoreFolder, Path = paths, Log = _log }, asNobody: true);

    // The temporary folder of the test is only for its user.
    private void OpenToAll()
    {
        var top = Path.GetDirectoryName(_chain.StoreFolder)!;
        File.SetUnixFileMode(top, All);
        var folders = new[] { _chain.StoreFolder, Path.GetDirectoryName(_log)! }.Select(path => new DirectoryInfo(path));
        foreach (var entry in folders.SelectMany(folder => folder.EnumerateFileSystemInfos("*", SearchOption.AllDirectories).Append(folder)))
        {
            entry.UnixFileMode = All;
        }
    }
}
