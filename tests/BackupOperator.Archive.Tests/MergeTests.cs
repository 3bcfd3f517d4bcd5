using System.Security.Cryptography;
using BackupOperator.Archive.Encryption;
using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Merging;
using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Storage;
using BackupOperator.Archive.Storage.S3;
using BackupOperator.Archive.Storage.Volumes;
using BackupOperator.Archive.Tests.Support;
using BackupOperator.Archive.Writing;

namespace BackupOperator.Archive.Tests;

/// <summary>Full backups that are made of chains.</summary>
public sealed class MergeTests(RgwFixture rgw) : IDisposable
{
    private readonly Chain _chain = new();
    private readonly string[] _files = ["a.ibd", "b.ibd", "shop/c.ibd"];

    public void Dispose() => _chain.Dispose();

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(4, true)]
    public async Task Whatever_chain_is_merged_holds_the_same_without_its_ancestors(int seed, bool encrypted)
    {
        var random = new Random(seed);
        EncryptIf(encrypted);
        var last = await WriteChainAsync(_chain.Store, random, links: random.Next(1, 6), packLimit: random.Next(1, 4) << 20);
        var source = await _chain.OpenAsync(last);
        var state = DataDirectory.Describe(_chain.Source);
        var options = new MergeOptions { Keys = _chain.Keys, LeastUse = random.NextDouble(), PackLimit = random.Next(1, 4) << 20, CompressionLevel = seed == 2 ? null : 1 };
        var summary = await new ArchiveMerger(_chain.Store, last, "merged", options).RunAsync();
        await ForgetAsync(_chain.Store, except: "merged/");
        await _chain.ShouldHoldAsync("merged", state);
        var merged = await _chain.OpenAsync("merged");
        merged.Packs.ShouldAllBe(pack => pack.Path == "merged");
        (merged.Header.Type, merged.Header.Parent, merged.Header.Encryption).ShouldBe((ManifestHeader.Full, null, source.Header.Encryption));
        (merged.Header.ReadAt, merged.Header.Facts, merged.Header.Root).ShouldBe((source.Header.ReadAt, source.Header.Facts, source.Header.Root));
        merged.Header.BackupId.ShouldNotBe(source.Header.BackupId);
        merged.Header.StoredBytes.ShouldBe(summary.BytesCopied + summary.BytesPacked);
        (encrypted ? summary.BytesCopied : 0).ShouldBe(0);
        (await Backups.KeysAsync(_chain.Store)).ShouldNotContain("merged/run.json.zst");

        // Others can build on it.
        Change(random);
        await _chain.WriteAsync("next", "merged");
        await _chain.ShouldHoldAsync("next", DataDirectory.Describe(_chain.Source));
    }

    [Theory]
    [InlineData("folder")]
    [InlineData("bucket")]
    public async Task Packs_that_are_in_use_are_copied_by_the_store(string kind)
    {
        using var temp = new TempFolder();
        await using IObjectStore store = kind == "folder" ? _chain.Store : new S3ObjectStore(await rgw.NewBucketAsync(temp) with { PartSize = 5 << 20 });
        var random = new Random(6);
        DataDirectory.Write(Path.Combine(_chain.Source, "large.ibd"), DataDirectory.Noise(random, 30 << 20));
        var last = await WriteChainAsync(store, random, links: 3, packLimit: 6 << 20);
        var counting = new CountingStore(store);
        var summary = await new ArchiveMerger(counting, last, "merged", new MergeOptions()).RunAsync();
        summary.BytesCopied.ShouldBeGreaterThan(25 << 20);
        counting.BytesRead.ShouldBeLessThan(summary.Backup.StoredBytes / 2);
        await ForgetAsync(store, except: "merged/");
        var archive = await ArchiveReader.OpenAsync(store, "merged");
        await new ArchiveVerifier(archive).VerifyAsync(VerificationLevel.ReadBack);
        var target = Path.Combine(temp.Path, "target");
        await new ArchiveRestorer(archive, new RestoreOptions { TargetDirectory = target }).RestoreAsync();
        DataDirectory.Describe(target).ShouldBe(DataDirectory.Describe(_chain.Source));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_merge_that_dies_at_any_step_is_finished_by_the_next_one(bool encrypted)
    {
        var random = new Random(7);
        EncryptIf(encrypted);
        var last = await WriteChainAsync(_chain.Store, random, links: 2, packLimit: 3 << 20);
        var state = DataDirectory.Describe(_chain.Source);
        var options = new MergeOptions { Keys = _chain.Keys, PackLimit = 1 << 20, LeastUse = 0.7 };
        var reused = false;
        for (var calls = 1; ; calls += 1 + random.Next(3))
        {
            var dying = new DyingStore(_chain.Store, calls, afterwards: calls % 2 == 0);
            var name = $"merged-{calls}";
            try
            {
                await new ArchiveMerger(dying, last, name, options).RunAsync();
                break;
            }
            catch (StorageException)
            {
                // As it was wanted.
            }

            if (await _chain.Store.FindAsync(ArchiveFormat.ManifestKey(name)) is not null)
            {
                (await Should.ThrowAsync<StorageException>(() => new ArchiveMerger(_chain.Store, last, name, options).RunAsync())).Failure.ShouldBe(StorageFailure.AlreadyExists);
            }
            else
            {
                var counting = new CountingStore(_chain.Store);
                var summary = await new ArchiveMerger(counting, last, name, options).RunAsync();
                reused |= counting.BytesSent < summary.BytesPacked / 2;
            }

            await _chain.ShouldHoldAsync(name, state);
        }

        reused.ShouldBeTrue("what was stored before a death counts after it");
        await _chain.ShouldHoldAsync(last, state);
    }

    [Fact]
    public async Task What_lies_at_the_new_path_stays()
    {
        var last = await WriteChainAsync(_chain.Store, new Random(8), links: 1, packLimit: 1 << 20);
        await using (var unfinished = await ArchiveWriter.OpenAsync(_chain.Store, "other", _chain.Options("other")))
        {
            await unfinished.RunPassAsync(databaseStopped: false);
            foreach (var taken in new[] { "other", "full", last })
            {
                (await Should.ThrowAsync<StorageException>(() => new ArchiveMerger(_chain.Store, last, taken, new MergeOptions()).RunAsync())).Failure.ShouldBe(StorageFailure.AlreadyExists);
            }
        }

        await _chain.ShouldHoldAsync(last, DataDirectory.Describe(_chain.Source));
    }

    [Fact]
    public async Task A_damaged_block_that_would_be_packed_anew_fails_the_merge()
    {
        var last = await WriteChainAsync(_chain.Store, new Random(9), links: 2, packLimit: 1 << 30);
        var pack = Path.Combine(_chain.StoreFolder, "full/packs/00000.pack");
        var bytes = await File.ReadAllBytesAsync(pack);
        for (var at = 0; at < bytes.Length; at += 4096)
        {
            bytes[at] ^= 1;
        }

        await File.WriteAllBytesAsync(pack, bytes);
        await Should.ThrowAsync<CorruptArchiveException>(() => new ArchiveMerger(_chain.Store, last, "merged", new MergeOptions { LeastUse = 1 }).RunAsync());
        (await _chain.Store.FindAsync("merged/manifest.json.zst")).ShouldBeNull();
    }

    [Fact]
    public async Task A_merge_that_was_given_twice_is_made_by_the_later_one_alone()
    {
        var last = await WriteChainAsync(_chain.Store, new Random(11), links: 2, packLimit: 3 << 20);
        var state = DataDirectory.Describe(_chain.Source);
        var options = new MergeOptions { PackLimit = 1 << 20, LeastUse = 0.3 };
        var held = new HeldStore(_chain.Store);
        var first = new ArchiveMerger(held, last, "merged", options).RunAsync();
        await held.Reached.Task.WaitAsync(TimeSpan.FromMinutes(1));

        await new ArchiveMerger(_chain.Store, last, "merged", options).RunAsync();
        held.GoOn.SetResult();

        (await Should.ThrowAsync<StorageException>(() => first)).Failure.ShouldBe(StorageFailure.TakenOver);
        await ForgetAsync(_chain.Store, except: "merged/");
        await _chain.ShouldHoldAsync("merged", state);
    }

    private void EncryptIf(bool encrypted)
    {
        if (encrypted)
        {
            File.WriteAllBytes(Path.Combine(_chain.Sub("keys"), "a"), RandomNumberGenerator.GetBytes(32));
            _chain.Keys = WrappingKeys.Load(_chain.Sub("keys"), "a");
        }
    }

    /// <returns>The last link.</returns>
    private async Task<string> WriteChainAsync(IObjectStore store, Random random, int links, long packLimit)
    {
        Directory.CreateDirectory(Path.Combine(_chain.Source, "shop"));
        foreach (var file in _files)
        {
            DataDirectory.Write(Path.Combine(_chain.Source, file), DataDirectory.Noise(random, random.Next(2 << 20, 5 << 20)));
        }

        string? parent = null;
        for (var link = 0; link <= links; link++)
        {
            var name = link == 0 ? "full" : $"inc{link}";
            var options = _chain.Options(name) with { PackLimit = packLimit };
            if (parent is not null)
            {
                Change(random);
                var (opened, reason) = await ArchiveParent.TryOpenAsync(store, parent, null, ManifestHeader.Incremental, _chain.Keys);
                options = options with { Parent = opened.ShouldNotBeNull(reason) };
            }

            await using var writer = await ArchiveWriter.OpenAsync(store, name, options);
            await writer.RunPassAsync(databaseStopped: true);
            await writer.FinishAsync(new ManifestFacts { ServerVersion = "9.7.0" });
            parent = name;
        }

        return parent!;
    }

    private void Change(Random random)
    {
        _chain.ChangePages(_files[random.Next(_files.Length)], random, random.Next(1, 8));
        DataDirectory.Write(Path.Combine(_chain.Source, _files[random.Next(_files.Length)]), DataDirectory.Noise(random, random.Next(1, 3 << 20)));
        File.WriteAllText(Path.Combine(_chain.Source, $"new-{random.Next(5)}"), $"{random.Next()}");
    }

    private static async Task ForgetAsync(IObjectStore store, string except)
    {
        foreach (var key in (await Backups.KeysAsync(store)).Where(key => !key.StartsWith(except, StringComparison.Ordinal)))
        {
            await store.DeleteAsync(key);
        }
    }

    /// <summary>Stands still before the first pack is copied.</summary>
    private sealed class HeldStore(IObjectStore inner) : StoreWrapper(inner)
    {
        public TaskCompletionSource Reached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource GoOn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override async Task<ObjectInfo> CopyAsync(string key, string toKey, CancellationToken cancellationToken = default)
        {
            Reached.TrySetResult();
            await GoOn.Task;
            return await base.CopyAsync(key, toKey, cancellationToken);
        }
    }

    private sealed class CountingStore(IObjectStore inner) : StoreWrapper(inner)
    {
        private long _read;
        private long _sent;

        public long BytesRead => Interlocked.Read(ref _read);

        public long BytesSent => Interlocked.Read(ref _sent);

        public override Task ReadAsync(string key, long offset, Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Interlocked.Add(ref _read, buffer.Length);
            return base.ReadAsync(key, offset, buffer, cancellationToken);
        }

        public override Task<StoredPart> UploadPartAsync(string key, string uploadId, int number, ReadOnlyMemory<byte> content, string sha256, CancellationToken cancellationToken = default)
        {
            Interlocked.Add(ref _sent, content.Length);
            return base.UploadPartAsync(key, uploadId, number, content, sha256, cancellationToken);
        }
    }
}
