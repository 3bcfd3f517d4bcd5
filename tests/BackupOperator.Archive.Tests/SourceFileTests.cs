using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Native;
using BackupOperator.Archive.Tests.Support;
using BackupOperator.Archive.Writing;

namespace BackupOperator.Archive.Tests;

/// <summary>Reading past the page cache and through it gives the same bytes.</summary>
public sealed class SourceFileTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly PageBuffer _buffer = new(ArchiveFormat.BlockSize);

    public void Dispose()
    {
        _buffer.Free();
        _temp.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4095)]
    [InlineData(128 << 10)]
    [InlineData((1 << 20) - 1)]
    [InlineData(1 << 20)]
    [InlineData((1 << 20) + 1)]
    [InlineData((3 << 20) + 4096)]
    [InlineData((3 << 20) + 5000)]
    public void Every_size_is_read_whole(int size)
    {
        var content = DataDirectory.Noise(new Random(size), size);
        var path = Path.Combine(_temp.Path, "t.ibd");
        foreach (var (pastCache, isCached) in new[] { (false, true), (true, true), (true, false) })
        {
            DataDirectory.Write(path, content);
            if (!isCached)
            {
                DropFromCache(path);
            }

            ReadAll(path, size, pastCache).ShouldBe(content);
        }
    }

    [Fact]
    public void Bytes_that_are_not_on_the_disk_yet_are_read_past_the_page_cache()
    {
        Assert.SkipUnless(FileSystems.HasTrustedDirectReads(_temp.Path), "The folder for temporary files is on a file system that is read through the page cache.");
        var path = Path.Combine(_temp.Path, "t.ibd");
        var content = DataDirectory.Noise(new Random(1), 4 << 20);
        DataDirectory.Write(path, content);
        DropFromCache(path);

        // Single dirty pages: no block is in the cache as a whole, so that the blocks come from the disk.
        using (var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Write))
        {
            for (var at = 8192; at < content.Length; at += 300 << 10)
            {
                var page = DataDirectory.Noise(new Random(at), 4096);
                page.CopyTo(content.AsSpan(at));
                RandomAccess.Write(handle, page, at);
            }

            PageCache.Holds(handle, 0, ArchiveFormat.BlockSize).ShouldBeFalse();
            ReadAll(path, content.Length, pastCache: true).ShouldBe(content);
        }
    }

    [Fact]
    public void What_the_page_cache_holds_is_taken_from_there_and_what_is_read_past_it_is_not_put_there()
    {
        Assert.SkipUnless(FileSystems.HasTrustedDirectReads(_temp.Path), "The folder for temporary files is on a file system that is read through the page cache.");
        var path = Path.Combine(_temp.Path, "t.ibd");
        DataDirectory.Write(path, DataDirectory.Noise(new Random(1), 2 << 20));
        DropFromCache(path);
        var file = SourceFile.Open(path, 2 << 20, pastCache: true);
        file.Read(_buffer.Memory, ArchiveFormat.BlockSize, 0).ShouldBe(ArchiveFormat.BlockSize);
        PageCache.Holds(file.Handle, 0, ArchiveFormat.BlockSize).ShouldBeFalse();

        RandomAccess.Read(file.Handle, new byte[ArchiveFormat.BlockSize], 0).ShouldBe(ArchiveFormat.BlockSize);
        if (Environment.OSVersion.Version >= new Version(6, 5))
        {
            PageCache.Holds(file.Handle, 0, ArchiveFormat.BlockSize).ShouldBeTrue();
        }

        file.Release();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_small_file_stays_in_the_page_cache_only_if_it_was_there_before(bool isCached)
    {
        Assert.SkipUnless(Environment.OSVersion.Version >= new Version(6, 5), "The kernel does not tell what its page cache holds.");
        Assert.SkipUnless(FileSystems.HasTrustedDirectReads(_temp.Path), "The folder for temporary files may be on a file system that is nothing but a cache.");
        var path = Path.Combine(_temp.Path, "t.frm");
        DataDirectory.Write(path, DataDirectory.Noise(new Random(1), 20_000));
        DropFromCache(path);
        if (isCached)
        {
            File.ReadAllBytes(path);
        }

        ReadAll(path, 20_000, pastCache: true).Length.ShouldBe(20_000);

        using var handle = File.OpenHandle(path);
        PageCache.HoldsNothing(handle).ShouldBe(!isCached);
    }

    [Fact]
    public void A_file_system_that_knows_nothing_but_its_cache_is_read_through_it()
    {
        using var disk = new SmallDisk(_temp.Sub("memory"), 16);
        var content = DataDirectory.Noise(new Random(1), (2 << 20) + 77);
        var path = Path.Combine(disk.Path, "t.ibd");
        DataDirectory.Write(path, content);
        ReadAll(path, content.Length, pastCache: true).ShouldBe(content);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_file_that_grows_or_shrinks_meanwhile_gives_what_it_has(bool pastCache)
    {
        var path = Path.Combine(_temp.Path, "t.ibd");
        DataDirectory.Write(path, DataDirectory.Noise(new Random(1), 300_000));
        DropFromCache(path);
        var file = SourceFile.Open(path, 300_000, pastCache);
        File.AppendAllText(path, new string('x', 10_000));
        file.Read(_buffer.Memory, 300_000, 0).ShouldBe(300_000);
        using (var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Write))
        {
            RandomAccess.SetLength(handle, 150_001);
        }

        DropFromCache(path);
        file.Read(_buffer.Memory, 300_000, 0).ShouldBe(150_001);
        file.Release();
    }

    [Fact]
    public void It_is_closed_when_the_last_one_has_read()
    {
        var path = Path.Combine(_temp.Path, "t.ibd");
        DataDirectory.Write(path, [1, 2, 3]);
        var file = SourceFile.Open(path, 3, pastCache: true);
        file.Use();
        file.Release();
        file.Handle.IsClosed.ShouldBeFalse();
        file.Release();
        file.Handle.IsClosed.ShouldBeTrue();
    }

    [Fact]
    public async Task Holes_and_blocks_may_be_set_at_the_same_time()
    {
        for (var round = 0; round < Amount.Of(100); round++)
        {
            var list = new BlockList(20_000);
            var stored = BlockReference.Hole with { Pack = 7 };
            using var start = new Barrier(2);
            var holes = Task.Run(() =>
            {
                start.SignalAndWait();
                for (var at = 0; at < list.Count; at += 2)
                {
                    list.SetHoles(at, at + 1);
                }
            });
            start.SignalAndWait();
            for (var at = 1; at < list.Count; at += 2)
            {
                list[at] = stored;
            }

            await holes;
            list.IsWhole.ShouldBeTrue();
            list.Stored().Count().ShouldBe(list.Count / 2);
        }
    }

    private byte[] ReadAll(string path, int size, bool pastCache)
    {
        var all = new byte[size];
        var file = SourceFile.Open(path, size, pastCache);
        for (var at = 0; at < size; at += ArchiveFormat.BlockSize)
        {
            var length = Math.Min(ArchiveFormat.BlockSize, size - at);
            file.Announce(length, at);
            file.Read(_buffer.Memory, length, at).ShouldBe(length);
            _buffer.Memory[..length].CopyTo(all.AsMemory(at));
        }

        file.Release();
        return all;
    }

    private static void DropFromCache(string path)
    {
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(handle);
        PageCache.Drop(handle);
    }
}
