using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Storage.Volumes;
using BackupOperator.Archive.Tests.Support;
using BackupOperator.Archive.Writing;

namespace BackupOperator.Archive.Tests;

/// <summary>What a restore finds in its folder, and what it leaves there.</summary>
public sealed class RestoreTests : IAsyncLifetime
{
    private readonly TempFolder _temp = new();
    private readonly Random _random = new(5);
    private string _source = "";
    private string _target = "";
    private VolumeObjectStore _store = null!;

    public async ValueTask InitializeAsync()
    {
        _source = _temp.Sub("source");
        _target = Path.Combine(_temp.Path, "target");
        _store = new VolumeObjectStore(_temp.Sub("store"));
        DataDirectory.Fill(_source, _random, largeMegabytes: 5);
        File.CreateSymbolicLink(Path.Combine(_source, "link"), "shop/orders.ibd");
        await Backups.WriteAsync(_store, _source);
    }

    public ValueTask DisposeAsync()
    {
        _temp.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_restore_that_was_interrupted_fetches_only_what_is_missing()
    {
        (await RestoreUntilAsync(_target, bytes: 6 << 20)).ShouldBeTrue();
        var last = await RestoreAsync(_target);
        last.BytesUploaded.ShouldBeLessThan(await FetchedByWholeRestoreAsync() - (1 << 20));
        ShouldBeEqual(_target);
    }

    [Fact]
    public async Task Blocks_that_are_there_and_wrong_are_fetched_again_and_holes_are_emptied()
    {
        var target = Path.Combine(_temp.Path, ".mysqlbackup-restore-1");
        await Backups.RestoreAsync(_store, target);
        using (var file = File.OpenHandle(Path.Combine(target, "shop", "orders.ibd"), access: FileAccess.Write))
        {
            RandomAccess.Write(file, [1, 2, 3, 4], 1_500_000);
        }

        using (var file = File.OpenHandle(Path.Combine(target, "shop", "sparse.ibd"), access: FileAccess.Write))
        {
            RandomAccess.Write(file, [1, 2, 3, 4], 40 << 20);
        }

        var progress = await RestoreAsync(target);
        progress.BytesUploaded.ShouldBeInRange(1, 1 << 20);
        ShouldBeEqual(target);
    }

    [Fact]
    public async Task What_does_not_belong_there_is_removed_from_a_folder_of_ours()
    {
        var target = Path.Combine(_temp.Path, ".mysqlbackup-restore-2");
        Directory.CreateDirectory(Path.Combine(target, "extra", "deep"));
        File.WriteAllText(Path.Combine(target, "extra", "deep", "file"), "x");
        Directory.CreateDirectory(Path.Combine(target, "auto.cnf"));
        File.WriteAllText(Path.Combine(target, "shop"), "a file where a folder is to be");
        await Backups.RestoreAsync(_store, target);
        ShouldBeEqual(target);
    }

    [Fact]
    public async Task Nothing_is_written_through_a_link_that_waits_in_the_folder()
    {
        var target = Path.Combine(_temp.Path, ".mysqlbackup-restore-3");
        var outside = _temp.Sub("outside");
        File.WriteAllText(Path.Combine(outside, "auto.cnf"), "untouched");
        Directory.CreateDirectory(target);
        File.CreateSymbolicLink(Path.Combine(target, "auto.cnf"), Path.Combine(outside, "auto.cnf"));
        Directory.CreateSymbolicLink(Path.Combine(target, "shop"), outside);
        await Backups.RestoreAsync(_store, target);
        ShouldBeEqual(target);
        File.ReadAllText(Path.Combine(outside, "auto.cnf")).ShouldBe("untouched");
        Directory.EnumerateFileSystemEntries(outside).Count().ShouldBe(1);
    }

    [Fact]
    public async Task A_folder_with_other_things_in_it_is_refused_and_stays_as_it_is()
    {
        Directory.CreateDirectory(_target);
        File.WriteAllText(Path.Combine(_target, "ibdata1"), "somebody's data");
        var error = await Should.ThrowAsync<DataDirectoryException>(() => Backups.RestoreAsync(_store, _target));
        error.Message.ShouldContain("not empty");
        File.ReadAllText(Path.Combine(_target, "ibdata1")).ShouldBe("somebody's data");
        Directory.EnumerateFileSystemEntries(_target).Count().ShouldBe(1);

        await Should.ThrowAsync<DataDirectoryException>(() => Backups.RestoreAsync(_store, Path.Combine(_target, "ibdata1")));
    }

    [Fact]
    public async Task A_restore_that_is_done_is_no_unfinished_one()
    {
        await Backups.RestoreAsync(_store, _target);
        await Should.ThrowAsync<DataDirectoryException>(() => Backups.RestoreAsync(_store, _target));
        ShouldBeEqual(_target);
    }

    [Fact]
    public async Task A_disk_without_room_is_found_before_anything_is_written()
    {
        using var disk = new SmallDisk(_temp.Sub("disk"), megabytes: 16);
        var target = Path.Combine(disk.Path, "target");
        var error = await Should.ThrowAsync<TargetFullException>(() => Backups.RestoreAsync(_store, target));
        error.Message.ShouldContain("MiB are free");
        Directory.Exists(target).ShouldBeFalse();
    }

    [Fact]
    public void Blocks_have_their_places_before_they_come_and_holes_have_none()
    {
        var (path, file) = Target(_temp.Path);
        file.Reserve(4, 8);
        file.Reserve(31, 2);

        var stat = DataDirectory.Stat(path);
        stat.Size.ShouldBe(file.Entry.Size);
        stat.AllocatedBytes.ShouldBeInRange(9 << 20, 10 << 20);
        File.ReadAllBytes(path).ShouldAllBe(value => value == 0);
        file.Finish().ShouldBeTrue();
    }

    [Fact]
    public void A_disk_that_others_have_filled_meanwhile_says_so_before_blocks_are_fetched()
    {
        using var disk = new SmallDisk(_temp.Sub("disk"), megabytes: 16);
        var (_, file) = Target(disk.Path);

        Should.Throw<IOException>(() => file.Reserve(0, 30)).HResult.ShouldBe(28);
        file.Finish().ShouldBeTrue();
    }

    [Fact]
    public async Task Holes_stay_holes_and_times_and_modes_are_exact()
    {
        await Backups.RestoreAsync(_store, _target);
        var sparse = Path.Combine("shop", "sparse.ibd");
        DataDirectory.Stat(Path.Combine(_target, sparse)).AllocatedBytes.ShouldBeLessThan(2 << 20);
        foreach (var path in Directory.EnumerateFileSystemEntries(_target, "*", SearchOption.AllDirectories))
        {
            var before = DataDirectory.Stat(Path.Combine(_source, Path.GetRelativePath(_target, path)));
            var after = DataDirectory.Stat(path);
            (after.ModifiedNs, after.Mode, after.UserId, after.GroupId).ShouldBe((before.ModifiedNs, before.Mode, before.UserId, before.GroupId), path);
        }
    }

    [Fact]
    public async Task A_manifest_hands_out_its_entries_in_their_order()
    {
        var seen = new Collector();
        await (await ArchiveReader.OpenAsync(_store, Backups.Path)).ReadAsync(seen);
        seen.Paths.ShouldBe(seen.Paths.Order(Comparer<string>.Create(ArchivePath.Compare)));
        seen.Paths.ShouldContain("link");
        seen.Paths.ShouldNotContain("ibtmp1");
        seen.Blocks.ShouldBeGreaterThan(10);
    }

    private async Task<long> FetchedByWholeRestoreAsync() => (await RestoreAsync(Path.Combine(_temp.Path, "whole"))).BytesUploaded;

    private async Task<ArchiveProgress> RestoreAsync(string target)
    {
        var progress = new LastProgress();
        await Backups.RestoreAsync(_store, target, progress: progress);
        return progress.Last;
    }

    private async Task<bool> RestoreUntilAsync(string target, long bytes)
    {
        using var stop = new CancellationTokenSource();
        await using var store = new CountedReads(new VolumeObjectStore(Path.Combine(_temp.Path, "store")), bytes, stop);
        var archive = await ArchiveReader.OpenAsync(store, Backups.Path);
        var error = await Record.ExceptionAsync(() => new ArchiveRestorer(archive, new RestoreOptions { TargetDirectory = target, Concurrency = 1 }).RestoreAsync(null, stop.Token));
        return error is OperationCanceledException;
    }

    private void ShouldBeEqual(string target) => DataDirectory.Describe(target).ShouldBe(DataDirectory.Describe(_source));

    private sealed class CountedReads(VolumeObjectStore inner, long most, CancellationTokenSource stop) : StoreWrapper(inner)
    {
        private long _read;

        public override async Task ReadAsync(string key, long offset, Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await base.ReadAsync(key, offset, buffer, cancellationToken);
            if (key.EndsWith(".pack", StringComparison.Ordinal) && (_read += buffer.Length) > most)
            {
                await stop.CancelAsync();
            }
        }
    }

    private sealed class LastProgress : IProgress<ArchiveProgress>
    {
        public ArchiveProgress Last { get; private set; }

        public void Report(ArchiveProgress value) => Last = value;
    }

    private sealed class Collector : ManifestVisitor
    {
        public List<string> Paths { get; } = [];

        public int Blocks { get; private set; }

        public override void Begin(ManifestEntry entry) => Paths.Add(entry.Path);

        public override void Block(ManifestEntry entry, int index, BlockReference block) => Blocks++;
    }

    private static (string Path, TargetFile File) Target(string folder)
    {
        var path = Path.Combine(folder, "reserved.ibd");
        return (path, new TargetFile(new ManifestEntry { Kind = ManifestEntryKind.File, Path = "reserved.ibd", Mode = 0x1A0, UserId = 0, GroupId = 0, ModifiedNs = 0, Size = (32 << 20) + 5000 }, path));
    }
}
