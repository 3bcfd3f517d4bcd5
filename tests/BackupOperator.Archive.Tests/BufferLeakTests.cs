using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Compression;
using BackupOperator.Archive.Copying;
using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Native;
using BackupOperator.Archive.Packs;
using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Storage;
using BackupOperator.Archive.Storage.Volumes;
using BackupOperator.Archive.Tests.Support;
using BackupOperator.Archive.Writing;

namespace BackupOperator.Archive.Tests;

/// <summary>The counter is the whole process's, so nothing else may run meanwhile.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class AloneCollection;

/// <summary>Buffers outside of the collected heap are given back, whatever ends the work they were for.</summary>
[Collection(typeof(AloneCollection))]
public sealed class BufferLeakTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly long _before = PageBuffer.BytesInUse;
    private readonly string _source;

    public BufferLeakTests()
    {
        _source = _temp.Sub("source");
        DataDirectory.Write(Path.Combine(_source, "ibdata1"), DataDirectory.Noise(new Random(1), 40 << 20));
    }

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task A_backup_and_a_restore_that_succeed_keep_none()
    {
        await using var store = Store();
        await Backups.WriteAsync(store, _source);
        await Backups.RestoreAsync(store, Path.Combine(_temp.Path, "target"));

        PageBuffer.BytesInUse.ShouldBe(_before);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_store_that_refuses_a_part_keeps_none(int part)
    {
        await using var store = new SpoiledStore(Store(), part, () => throw new StorageException(StorageFailure.Refused, "no"));

        await Should.ThrowAsync<StorageException>(() => Backups.WriteAsync(store, _source));

        PageBuffer.BytesInUse.ShouldBe(_before);
    }

    [Fact]
    public async Task A_pass_that_is_cancelled_keeps_none()
    {
        using var cancel = new CancellationTokenSource();
        await using var store = new SpoiledStore(Store(), 2, cancel.Cancel);
        await using (var writer = await ArchiveWriter.OpenAsync(store, Backups.Path, Backups.Options(_source), cancel.Token))
        {
            await Should.ThrowAsync<OperationCanceledException>(async () =>
            {
                await writer.RunPassAsync(databaseStopped: true, null, cancel.Token);
                await writer.FinishAsync(new() { ServerVersion = "9.7.0" }, cancel.Token);
            });
        }

        PageBuffer.BytesInUse.ShouldBe(_before);
    }

    [Fact]
    public async Task A_file_that_shrinks_under_the_lock_keeps_none()
    {
        var store = new SpoiledStore(Store(), 1, () =>
        {
            using var file = File.OpenHandle(Path.Combine(_source, "ibdata1"), FileMode.Open, FileAccess.Write);
            RandomAccess.SetLength(file, 1 << 20);
        });
        await using (store)
        {
            await Should.ThrowAsync<DataDirectoryException>(() => Backups.WriteAsync(store, _source));
        }

        PageBuffer.BytesInUse.ShouldBe(_before);
    }

    [Fact]
    public async Task A_restore_and_a_copy_of_a_damaged_pack_keep_none()
    {
        await using var store = Store();
        await Backups.WriteAsync(store, _source);
        var pack = Directory.EnumerateFiles(_temp.Path, "*.pack", SearchOption.AllDirectories).First();
        using (var file = File.OpenHandle(pack, FileMode.Open, FileAccess.Write))
        {
            RandomAccess.Write(file, [1, 2, 3, 4], 20 << 20);
        }

        await using var second = new VolumeObjectStore(_temp.Sub("second"), 5 << 20);
        await Should.ThrowAsync<CorruptArchiveException>(() => Backups.RestoreAsync(store, Path.Combine(_temp.Path, "target")));
        await Should.ThrowAsync<CorruptArchiveException>(() => new ArchiveCopier(store, second, Backups.Path, new CopyOptions()).RunAsync());

        PageBuffer.BytesInUse.ShouldBe(_before);
    }

    [Fact]
    public async Task Manifests_and_tokens_that_are_read_or_refused_keep_none()
    {
        var open = ZstdReadStream.Open;
        await using var store = Store();
        await Backups.WriteAsync(store, _source);
        await Backups.VerifyAsync(store);
        CompressedJson.Parse<ResumeToken>(CompressedJson.Write(new { version = 1 }, null).ToArray());
        CompressedJson.Parse<ResumeToken>([1, 2, 3]).ShouldBeNull();
        Should.Throw<CorruptArchiveException>(() => new ManifestReader(new MemoryStream([1, 2, 3]), "path", "name"));

        ZstdReadStream.Open.ShouldBe(open);
    }

    private VolumeObjectStore Store() => new(_temp.Sub("store"), 5 << 20);

    private sealed class SpoiledStore(IObjectStore inner, int part, Action spoil) : StoreWrapper(inner)
    {
        public override Task<StoredPart> UploadPartAsync(string key, string uploadId, int number, ReadOnlyMemory<byte> content, string checksum, CancellationToken cancellationToken = default)
        {
            if (number == part)
            {
                spoil();
            }

            cancellationToken.ThrowIfCancellationRequested();
            return base.UploadPartAsync(key, uploadId, number, content, checksum, cancellationToken);
        }
    }
}
