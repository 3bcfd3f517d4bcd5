using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Storage;
using BackupOperator.Archive.Storage.Volumes;
using BackupOperator.Archive.Tests.Support;

namespace BackupOperator.Archive.Tests;

public sealed class VolumeStoreTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly VolumeObjectStore _store;

    public VolumeStoreTests() => _store = new VolumeObjectStore(_temp.Sub("store"), 1 << 20);

    public void Dispose() => _temp.Dispose();

    [Fact]
    public Task Nothing_takes_the_place_of_parts_that_were_never_uploaded() => StoreContract.GapsAsync(_store, 1 << 20);

    [Theory]
    [InlineData("../outside")]
    [InlineData("a/../../outside")]
    [InlineData("/etc/passwd")]
    [InlineData("a//b")]
    [InlineData("a/.uploads/b")]
    [InlineData("")]
    [InlineData(".")]
    public async Task A_key_never_leads_out_of_the_folder(string key)
    {
        (await Should.ThrowAsync<StorageException>(() => _store.PutAsync(key, new byte[1]))).Failure.ShouldBe(StorageFailure.Refused);
        (await Should.ThrowAsync<StorageException>(() => _store.ReadAsync(key, 0, new byte[1]))).Failure.ShouldBe(StorageFailure.Refused);
        (await Should.ThrowAsync<StorageException>(() => _store.DeleteAsync(key))).Failure.ShouldBe(StorageFailure.Refused);
        (await Should.ThrowAsync<StorageException>(() => _store.BeginUploadAsync(key))).Failure.ShouldBe(StorageFailure.Refused);
    }

    [Theory]
    [InlineData("../../x")]
    [InlineData("")]
    [InlineData("0123")]
    public async Task An_upload_id_never_leads_out_of_the_folder(string id)
    {
        await Should.ThrowAsync<StorageException>(() => _store.UploadPartAsync("a", id, 1, new byte[1], new string('0', 64)));
        await Should.ThrowAsync<StorageException>(() => _store.ListPartsAsync("a", id));
    }

    [Fact]
    public async Task A_part_whose_bytes_changed_does_not_count()
    {
        var id = await _store.BeginUploadAsync("a");
        foreach (var number in new[] { 1, 2, 3 })
        {
            var content = DataDirectory.Noise(new Random(number), 1 << 20);
            await _store.UploadPartAsync("a", id, number, content, BlockDigest.Of(content).ToString());
        }

        using (var file = File.OpenHandle(Directory.EnumerateFiles(_temp.Path, "*.parts", SearchOption.AllDirectories).Single(), access: FileAccess.Write))
        {
            RandomAccess.Write(file, [1, 2, 3, 4], 1_500_000);
            RandomAccess.SetLength(file, (3 << 20) - 1);
        }

        var journal = Directory.EnumerateFiles(_temp.Path, "*.journal", SearchOption.AllDirectories).Single();
        File.AppendAllText(journal, "4 99999999999 x\n7 12 torn");
        (await _store.ListPartsAsync("a", id)).ShouldNotBeNull().Select(part => part.Number).ShouldBe([1]);
    }

    [Fact]
    public async Task Parts_that_are_gone_make_no_object()
    {
        var id = await _store.BeginUploadAsync("a");
        var parts = new List<StoredPart>();
        foreach (var number in new[] { 1, 2 })
        {
            var content = DataDirectory.Noise(new Random(number), 1 << 20);
            parts.Add(await _store.UploadPartAsync("a", id, number, content, BlockDigest.Of(content).ToString()));
        }

        var file = Directory.EnumerateFiles(_temp.Path, "*.parts", SearchOption.AllDirectories).Single();
        using (var handle = File.OpenHandle(file, access: FileAccess.Write))
        {
            RandomAccess.SetLength(handle, 1 << 20);
        }

        var error = await Should.ThrowAsync<StorageException>(() => _store.CompleteUploadAsync("a", id, parts));
        error.Failure.ShouldBe(StorageFailure.Lost);
        error.Message.ShouldContain("lacks parts");

        await _store.AbortUploadAsync("a", id);
        (await Should.ThrowAsync<StorageException>(() => _store.CompleteUploadAsync("a", id, parts))).Message.ShouldContain("is gone");
        (await Should.ThrowAsync<StorageException>(() => _store.UploadPartAsync("a", id, 3, new byte[10], new string('0', 64)))).Failure.ShouldBe(StorageFailure.Lost);
        (await _store.FindAsync("a")).ShouldBeNull();
    }

    [Theory]
    [InlineData(5, "kernel log")]
    [InlineData(28, "Make room")]
    [InlineData(30, "read-only")]
    [InlineData(110, "went away")]
    [InlineData(116, "went away")]
    [InlineData(122, "Make room")]
    public void What_the_system_says_is_put_into_words(int errno, string words) =>
        VolumeErrors.Translate(new IOException("as the system has it", errno), "Writing part 1 of x").Message.ShouldContain(words);

    [Fact]
    public async Task An_object_that_is_to_be_new_is_never_replaced()
    {
        await _store.PutAsync("a/once", new byte[] { 1 }, PutMode.CreateOnly);
        (await Should.ThrowAsync<StorageException>(() => _store.PutAsync("a/once", new byte[] { 2 }, PutMode.CreateOnly))).Failure.ShouldBe(StorageFailure.AlreadyExists);
        File.ReadAllBytes(Path.Combine(_temp.Path, "store", "a", "once")).ShouldBe([1]);
        var winners = 0;
        await Parallel.ForAsync(0, 50, async (i, token) =>
        {
            try
            {
                await _store.PutAsync("race", new[] { (byte)i }, PutMode.CreateOnly, token);
                Interlocked.Increment(ref winners);
            }
            catch (StorageException error) when (error.Failure == StorageFailure.AlreadyExists)
            {
            }
        });
        winners.ShouldBe(1);
        Directory.EnumerateFiles(_temp.Path, "*.tmp", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_disk_that_is_full_is_full()
    {
        using var disk = new SmallDisk(_temp.Sub("disk"), megabytes: 8);
        var store = new VolumeObjectStore(disk.Path, 1 << 20);
        var source = _temp.Sub("source");
        DataDirectory.Write(Path.Combine(source, "ibdata1"), DataDirectory.Noise(new Random(1), 20 << 20));
        var error = await Should.ThrowAsync<StorageException>(() => Backups.WriteAsync(store, source));
        error.Failure.ShouldBe(StorageFailure.Full);
        error.Message.ShouldContain("Make room");
        (await Should.ThrowAsync<StorageException>(() => store.PutAsync("x", new byte[9 << 20]))).Failure.ShouldBe(StorageFailure.Full);
    }

    [Fact]
    public async Task Deleting_removes_folders_that_become_empty_and_others_can_write_there_meanwhile()
    {
        await Parallel.ForAsync(0, 300, async (i, token) =>
        {
            await _store.PutAsync($"ns/db/{i % 3}/object-{i}", new byte[10], cancellationToken: token);
            await _store.DeleteAsync($"ns/db/{i % 3}/object-{i}", token);
        });
        Directory.EnumerateFileSystemEntries(Path.Combine(_temp.Path, "store")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Uploads_that_begin_and_end_at_the_same_time_do_not_mind_each_other()
    {
        await Parallel.ForAsync(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, token) =>
        {
            var key = $"packs/{i}";
            var id = await _store.BeginUploadAsync(key, token);
            var content = new byte[10];
            var part = await _store.UploadPartAsync(key, id, 1, content, BlockDigest.Of(content).ToString(), token);
            await (i % 3 == 0 ? _store.AbortUploadAsync(key, id, token) : _store.CompleteUploadAsync(key, id, [part], cancellationToken: token));
        });
        (await Backups.KeysAsync(_store)).Count.ShouldBe(266);
        Directory.EnumerateDirectories(_temp.Path, ".uploads", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public void A_folder_that_is_not_there_is_told_apart() =>
        Should.Throw<StorageException>(() => new VolumeObjectStore(Path.Combine(_temp.Path, "nowhere"))).Failure.ShouldBe(StorageFailure.BucketNotFound);

    [Fact]
    public async Task The_probe_finds_a_copy_that_is_the_first_storage_under_another_name()
    {
        var link = Path.Combine(_temp.Path, "link");
        Directory.CreateSymbolicLink(link, Path.Combine(_temp.Path, "store"));
        var error = await Should.ThrowAsync<StorageException>(() => StoreProbe.RunAsync(_store, "ns/one", [new VolumeObjectStore(_temp.Sub("other")), new VolumeObjectStore(link)]));
        error.Message.ShouldContain("the same place");
        (await Backups.KeysAsync(_store)).ShouldBeEmpty();
    }

    [Fact]
    public Task The_probe_works_on_a_folder() => StoreProbe.RunAsync(_store, "ns/one");
}
