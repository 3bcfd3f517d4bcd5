using System.Security.Cryptography;
using BackupOperator.Archive.Copying;
using BackupOperator.Archive.Encryption;
using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Storage;
using BackupOperator.Archive.Storage.S3;
using BackupOperator.Archive.Storage.Volumes;
using BackupOperator.Archive.Tests.Support;
using BackupOperator.Archive.Writing;

namespace BackupOperator.Archive.Tests;

/// <summary>A backup in more than one storage: each alone brings everything back.</summary>
public sealed class CopyTests : IDisposable
{
    private static readonly RetryPolicy Impatient = new() { Attempts = 2, FirstDelay = TimeSpan.FromMilliseconds(10) };
    private readonly RgwFixture _rgw;
    private readonly Chain _chain = new();
    private readonly Random _random = new(8);
    private readonly VolumeObjectStore _copy;

    public CopyTests(RgwFixture rgw)
    {
        _rgw = rgw;
        _copy = new VolumeObjectStore(_chain.Sub("copy"));
        DataDirectory.Fill(_chain.Source, _random, largeMegabytes: 5);
    }

    public void Dispose() => _chain.Dispose();

    [Fact]
    public async Task The_same_pass_fills_both_storages_and_the_catch_up_adds_only_what_is_small()
    {
        await WriteAsync("full", _copy);
        (await Backups.KeysAsync(_copy)).ShouldContain("full/packs/00000.pack");
        var summary = await CopyAsync(_copy, "full");
        summary.BytesCopied.ShouldBeLessThan(100_000);
        (await Backups.KeysAsync(_copy)).ShouldBe(await Backups.KeysAsync(_chain.Store));
        foreach (var key in await Backups.KeysAsync(_copy))
        {
            (await File.ReadAllBytesAsync(Path.Combine(CopyFolder, key))).ShouldBe(await File.ReadAllBytesAsync(Path.Combine(_chain.StoreFolder, key)));
        }

        await ShouldHoldAloneAsync(_copy, "full", DataDirectory.Describe(_chain.Source));
        (await CopyAsync(_copy, "full")).ObjectsCopied.ShouldBe(0);
    }

    [Fact]
    public async Task An_incremental_backup_brings_those_that_it_builds_on()
    {
        await WriteAsync("full");
        _chain.ChangePages("shop/orders.ibd", _random, 3);
        await WriteAsync("inc1", parent: "full");
        _chain.ChangePages("ibdata1", _random, 3);
        await WriteAsync("inc2", _copy, parent: "inc1");
        await CopyAsync(_copy, "inc2");
        await ShouldHoldAloneAsync(_copy, "inc2", DataDirectory.Describe(_chain.Source));
        (await Backups.KeysAsync(_copy)).ShouldNotContain("full/manifest.json.zst");

        // Those of the ancestors that are there already are not sent again.
        var before = await CopyAsync(_copy, "full");
        before.BytesCopied.ShouldBeLessThan(100_000);
        (await CopyAsync(_copy, "inc1")).ObjectsThere.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Encrypted_chains_are_copied_without_their_keys_and_read_with_them()
    {
        var keys = _chain.Sub("keys");
        File.WriteAllBytes(Path.Combine(keys, "a"), RandomNumberGenerator.GetBytes(32));
        _chain.Keys = WrappingKeys.Load(keys, "a");
        await WriteAsync("full");
        _chain.ChangePages("shop/orders.ibd", _random, 3);
        await WriteAsync("inc", _copy, parent: "full");
        await CopyAsync(_copy, "inc");
        await ShouldHoldAloneAsync(_copy, "inc", DataDirectory.Describe(_chain.Source));

        // A key that was wrapped anew follows when it is proved to be right; one that was damaged does not.
        File.WriteAllBytes(Path.Combine(keys, "b"), RandomNumberGenerator.GetBytes(32));
        var both = WrappingKeys.Load(keys, "b");
        await WrappedKeys.RewrapAsync(_chain.Store, "full", both);
        await CopyAsync(_copy, "inc");
        (await File.ReadAllBytesAsync(Path.Combine(CopyFolder, "full/key.json"))).ShouldNotBe(await File.ReadAllBytesAsync(Path.Combine(_chain.StoreFolder, "full/key.json")));
        await CopyAsync(_copy, "inc", both);
        var key = await File.ReadAllBytesAsync(Path.Combine(CopyFolder, "full/key.json"));
        key.ShouldBe(await File.ReadAllBytesAsync(Path.Combine(_chain.StoreFolder, "full/key.json")));
        await File.WriteAllTextAsync(Path.Combine(_chain.StoreFolder, "full/key.json"), "damaged");
        await CopyAsync(_copy, "inc");
        (await File.ReadAllBytesAsync(Path.Combine(CopyFolder, "full/key.json"))).ShouldBe(key);
    }

    [Fact]
    public async Task A_key_of_the_copy_that_was_wrapped_anew_first_stays_and_one_of_other_data_does_not()
    {
        var keys = _chain.Sub("keys");
        File.WriteAllBytes(Path.Combine(keys, "a"), RandomNumberGenerator.GetBytes(32));
        File.WriteAllBytes(Path.Combine(keys, "b"), RandomNumberGenerator.GetBytes(32));
        _chain.Keys = WrappingKeys.Load(keys, "a");
        await WriteAsync("full");
        await WriteAsync("other");
        await CopyAsync(_copy, "full");
        var both = WrappingKeys.Load(keys, "b");
        await WrappedKeys.RewrapAsync(_copy, "full", both);
        var key = await File.ReadAllBytesAsync(Path.Combine(CopyFolder, "full/key.json"));
        key.ShouldNotBe(await File.ReadAllBytesAsync(Path.Combine(_chain.StoreFolder, "full/key.json")));

        await CopyAsync(_copy, "full", both);
        (await File.ReadAllBytesAsync(Path.Combine(CopyFolder, "full/key.json"))).ShouldBe(key);

        // As an attempt leaves it that has died.
        File.Copy(Path.Combine(_chain.StoreFolder, "other/key.json"), Path.Combine(CopyFolder, "full/key.json"), overwrite: true);
        await CopyAsync(_copy, "full", both);
        await ShouldHoldAloneAsync(_copy, "full", DataDirectory.Describe(_chain.Source));
    }

    [Theory]
    [InlineData(5 << 20, 5 << 20)]
    [InlineData(6 << 20, 5 << 20)]
    public async Task A_bucket_and_a_folder_are_copies_of_one_another(int firstPart, int copyPart)
    {
        using var temp = new TempFolder();
        await using var first = new S3ObjectStore(await _rgw.NewBucketAsync(temp) with { PartSize = firstPart });
        await using var second = new S3ObjectStore(await _rgw.NewBucketAsync(temp) with { PartSize = copyPart });
        var third = new VolumeObjectStore(_chain.Sub("third"), firstPart);
        await using (var writer = await ArchiveWriter.OpenAsync(first, "full", _chain.Options("full") with { CompressionLevel = null, Mirrors = [second, third] }))
        {
            await writer.RunPassAsync(databaseStopped: true);
            await writer.FinishAsync(new ManifestFacts());
        }

        foreach (var (store, isMirrored) in new (IObjectStore, bool)[] { (second, firstPart == copyPart), (third, true) })
        {
            (await store.FindAsync("full/packs/00000.pack") is not null).ShouldBe(isMirrored);
            await new ArchiveCopier(first, store, "full", new CopyOptions()).RunAsync();
            await ShouldHoldAloneAsync(store, "full", DataDirectory.Describe(_chain.Source));
            (await new ArchiveCopier(first, store, "full", new CopyOptions()).RunAsync()).BytesCopied.ShouldBeLessThan(firstPart == copyPart ? 1 : long.MaxValue);
        }

        // From one of the copies to a place that had none.
        var fourth = new VolumeObjectStore(_chain.Sub("fourth"), 3 << 20);
        await new ArchiveCopier(second, fourth, "full", new CopyOptions()).RunAsync();
        await ShouldHoldAloneAsync(fourth, "full", DataDirectory.Describe(_chain.Source));
    }

    [Fact]
    public async Task A_copy_that_dies_at_any_step_is_finished_by_the_next_one_and_sends_nothing_twice()
    {
        await WriteAsync("full");
        _chain.ChangePages("shop/orders.ibd", _random, 3);
        await WriteAsync("inc", parent: "full");
        for (var calls = 1; ; calls++)
        {
            var folder = _chain.Sub($"dying-{calls}");
            var store = new VolumeObjectStore(folder);
            var dying = new DyingStore(store, calls, afterwards: calls % 2 == 0);
            var died = false;
            try
            {
                await new ArchiveCopier(_chain.Store, dying, "inc", new CopyOptions { Retry = Impatient with { Attempts = 1 } }).RunAsync();
            }
            catch (StorageException)
            {
                died = true;
                (await store.FindAsync("inc/manifest.json.zst") is null || await IsWholeAsync(store)).ShouldBeTrue();
            }

            var there = Directory.EnumerateFiles(folder, "*.pack", SearchOption.AllDirectories).Where(file => !file.Contains(".uploads", StringComparison.Ordinal)).ToList();
            var times = there.ToDictionary(file => file, File.GetLastWriteTimeUtc);
            await new ArchiveCopier(_chain.Store, store, "inc", new CopyOptions()).RunAsync();
            times.ShouldAllBe(pair => File.GetLastWriteTimeUtc(pair.Key) == pair.Value);
            await new ArchiveVerifier(await ArchiveReader.OpenAsync(store, "inc")).VerifyAsync(VerificationLevel.ReadBack);
            var uploads = 0;
            await foreach (var _ in store.ListUploadsAsync("inc/"))
            {
                uploads++;
            }

            uploads.ShouldBe(0);
            if (!died)
            {
                break;
            }
        }

        await ShouldHoldAloneAsync(new VolumeObjectStore(_chain.Sub("dying-7")), "inc", DataDirectory.Describe(_chain.Source));
    }

    [Fact]
    public async Task A_mirror_that_fails_costs_the_backup_nothing_and_the_catch_up_says_why()
    {
        using var disk = new SmallDisk(_chain.Sub("small"), megabytes: 3);
        var full = new VolumeObjectStore(disk.Path);
        using var temp = new TempFolder();
        await using var missing = new S3ObjectStore(await _rgw.NewBucketAsync(temp) with { Bucket = "no-such-bucket", PartSize = 16 << 20 });
        await WriteAsync("full", full, missing);
        await _chain.ShouldHoldAsync("full", DataDirectory.Describe(_chain.Source));
        var noRoom = await Should.ThrowAsync<StorageException>(() => CopyAsync(full, "full"));
        noRoom.Failure.ShouldBe(StorageFailure.Full);
        noRoom.Message.ShouldContain(disk.Path);
        var noBucket = await Should.ThrowAsync<StorageException>(() => CopyAsync(missing, "full"));
        noBucket.Failure.ShouldBe(StorageFailure.BucketNotFound);
        noBucket.Message.ShouldContain("no-such-bucket");
    }

    [Fact]
    public async Task A_mirror_that_stands_still_is_given_up_after_a_while()
    {
        var time = new TestSupport.Time.FakeTimeProvider();
        var stuck = new StuckStore(_copy);
        await using var writer = await ArchiveWriter.OpenAsync(_chain.Store, "full", _chain.Options("full") with { Mirrors = [stuck], Time = time, PackLimit = 1 << 20 });
        var pass = writer.RunPassAsync(databaseStopped: true);
        var finish = FinishAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!finish.IsCompleted && !limit.IsCancellationRequested)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(finish, Task.Delay(10, limit.Token));
        }

        await finish;
        stuck.Calls.ShouldBeLessThanOrEqualTo(4, "it was not asked again after it had been given up");
        stuck.Release();
        await _chain.ShouldHoldAsync("full", DataDirectory.Describe(_chain.Source));
        await CopyAsync(_copy, "full");
        await ShouldHoldAloneAsync(_copy, "full", DataDirectory.Describe(_chain.Source));

        async Task FinishAsync()
        {
            await pass;
            await writer.FinishAsync(new ManifestFacts());
        }
    }

    [Fact]
    public async Task What_an_attempt_that_died_has_left_in_a_mirror_is_not_trusted()
    {
        var options = _chain.Options("full") with { PackLimit = 4 << 20, CompressionLevel = null };
        var dying = new DyingStore(_chain.Store, 9, afterwards: false);
        await using (var dies = await ArchiveWriter.OpenAsync(dying, "full", options with { Mirrors = [_copy] }))
        {
            await Should.ThrowAsync<StorageException>(async () =>
            {
                await dies.RunPassAsync(databaseStopped: true);
                await dies.FinishAsync(new ManifestFacts());
            });
        }

        // Packs that the first storage never had, and that look as if it had.
        Directory.CreateDirectory(Path.Combine(CopyFolder, "full/packs"));
        await File.WriteAllBytesAsync(Path.Combine(CopyFolder, "full/packs/00099.pack"), new byte[5 << 20]);
        await _copy.BeginUploadAsync("full/packs/00098.pack");
        DataDirectory.Write(Path.Combine(_chain.Source, "new.ibd"), DataDirectory.Noise(_random, 6 << 20));
        await using (var resumed = await ArchiveWriter.OpenAsync(_chain.Store, "full", options with { Mirrors = [_copy] }))
        {
            await resumed.RunPassAsync(databaseStopped: true);
            await resumed.FinishAsync(new ManifestFacts());
        }

        await CopyAsync(_copy, "full");
        (await Backups.KeysAsync(_copy)).ShouldBe(await Backups.KeysAsync(_chain.Store));
        await ShouldHoldAloneAsync(_copy, "full", DataDirectory.Describe(_chain.Source));
    }

    [Fact]
    public async Task A_pack_that_is_damaged_where_it_comes_from_is_not_copied()
    {
        await WriteAsync("full");
        var pack = Path.Combine(_chain.StoreFolder, "full/packs/00000.pack");
        var bytes = await File.ReadAllBytesAsync(pack);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(pack, bytes);
        (await Should.ThrowAsync<CorruptArchiveException>(() => CopyAsync(_copy, "full"))).Message.ShouldContain(pack);
        (await Backups.KeysAsync(_copy)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Another_backup_at_the_same_place_stays()
    {
        await WriteAsync("full");
        File.WriteAllText(Path.Combine(_chain.Source, "auto.cnf"), "another");
        await using (var writer = await ArchiveWriter.OpenAsync(_copy, "full", _chain.Options("other")))
        {
            await writer.RunPassAsync(databaseStopped: true);
            await writer.FinishAsync(new ManifestFacts());
        }

        (await Should.ThrowAsync<StorageException>(() => CopyAsync(_copy, "full"))).Failure.ShouldBe(StorageFailure.AlreadyExists);
        await ArchiveCopier.RemoveUnfinishedAsync(_copy, "full");
        await ShouldHoldAloneAsync(_copy, "full", DataDirectory.Describe(_chain.Source));
    }

    [Fact]
    public async Task A_copy_that_is_not_to_be_leaves_nothing()
    {
        await using (var writer = await ArchiveWriter.OpenAsync(_chain.Store, "full", _chain.Options("full") with { Mirrors = [_copy], PackLimit = 1 << 20 }))
        {
            await writer.RunPassAsync(databaseStopped: true);
            await writer.AbortAsync();
        }

        await ArchiveCopier.RemoveUnfinishedAsync(_copy, "full");
        Directory.EnumerateFiles(CopyFolder, "*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    private string CopyFolder => _chain.Sub("copy");

    private async Task WriteAsync(string name, IObjectStore? mirror = null, IObjectStore? another = null, string? parent = null)
    {
        var options = _chain.Options(name) with
        {
            Parent = parent is null ? null : await _chain.OpenParentAsync(parent),
            Mirrors = [.. new[] { mirror, another }.OfType<IObjectStore>()],
        };
        await using var writer = await ArchiveWriter.OpenAsync(_chain.Store, name, options);
        await writer.RunPassAsync(databaseStopped: true);
        await writer.FinishAsync(new ManifestFacts());
    }

    private Task<CopySummary> CopyAsync(IObjectStore to, string name, WrappingKeys? keys = null) =>
        new ArchiveCopier(_chain.Store, to, name, new CopyOptions { Retry = Impatient, Keys = keys }).RunAsync();

    private static async Task<bool> IsWholeAsync(IObjectStore store)
    {
        await new ArchiveVerifier(await ArchiveReader.OpenAsync(store, "inc")).VerifyAsync(VerificationLevel.ReadBack);
        return true;
    }

    private async Task ShouldHoldAloneAsync(IObjectStore store, string name, string expected)
    {
        var archive = await ArchiveReader.OpenAsync(store, name, _chain.Keys);
        await new ArchiveVerifier(archive).VerifyAsync(VerificationLevel.ReadBack);
        var target = Path.Combine(_chain.Sub("targets"), Guid.NewGuid().ToString("N"));
        await new ArchiveRestorer(archive, new RestoreOptions { TargetDirectory = target }).RestoreAsync();
        DataDirectory.Describe(target).ShouldBe(expected);
    }

    /// <summary>Takes no part, and does not heed a cancellation.</summary>
    private sealed class StuckStore(IObjectStore inner) : StoreWrapper(inner)
    {
        private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _calls;

        public int Calls => Volatile.Read(ref _calls);

        public void Release() => _release.SetResult();

        public override async Task<StoredPart> UploadPartAsync(string key, string uploadId, int number, ReadOnlyMemory<byte> content, string sha256, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _calls);
            await _release.Task;
            return await base.UploadPartAsync(key, uploadId, number, content, sha256, cancellationToken);
        }
    }
}
