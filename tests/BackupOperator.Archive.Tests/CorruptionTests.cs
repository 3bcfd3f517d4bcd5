using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Storage.Volumes;
using BackupOperator.Archive.Tests.Support;

namespace BackupOperator.Archive.Tests;

/// <summary>Whatever is damaged is found, and nothing of it reaches a file.</summary>
public sealed class CorruptionTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly Random _random = new(7);
    private readonly string _source;
    private readonly VolumeObjectStore _store;
    private int _targets;

    public CorruptionTests()
    {
        _source = _temp.Sub("source");
        _store = new VolumeObjectStore(_temp.Sub("store"));
        Directory.CreateDirectory(Path.Combine(_source, "shop"));
        DataDirectory.Write(Path.Combine(_source, "ibdata1"), DataDirectory.Compressible(_random, (2 << 20) + 777));
        DataDirectory.Write(Path.Combine(_source, "shop", "orders.ibd"), DataDirectory.Noise(_random, 300_000));
        DataDirectory.Write(Path.Combine(_source, "shop", "pages.ibd"), DataDirectory.Pages(_random, 3 << 20));
    }

    private string Pack => Path.Combine(_temp.Path, "store", ArchiveFormat.PackKey(Backups.Path, 0));

    private string Manifest => Path.Combine(_temp.Path, "store", ArchiveFormat.ManifestKey(Backups.Path));

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task A_bit_that_flips_anywhere_in_a_pack_is_found_with_its_file_and_block()
    {
        await Backups.WriteAsync(_store, _source);
        for (var i = 0; i < 300; i++)
        {
            var (position, undo) = FlipBit(Pack);
            var error = await Should.ThrowAsync<CorruptArchiveException>(() => Backups.VerifyAsync(_store));
            error.File.ShouldNotBeNull();
            error.StoredAs.ShouldBe(Pack);
            error.Offset.ShouldNotBeNull().ShouldBeInRange(Math.Max(0, position - (1 << 20)), position);
            error.Message.ShouldContain($"Block {error.Block} of {error.File}");
            if (i % 10 == 0)
            {
                await ShouldNotRestoreAsync();
            }

            undo();
        }

        await Backups.VerifyAsync(_store);
    }

    [Fact]
    public async Task A_bit_that_flips_anywhere_in_the_manifest_is_found_even_if_nobody_recorded_its_digest()
    {
        await Backups.WriteAsync(_store, _source);
        var length = new FileInfo(Manifest).Length;
        for (var bit = 0L; bit < length * 8; bit += 1 + _random.Next(0, 24))
        {
            var (_, undo) = FlipBit(Manifest, bit);
            await Should.ThrowAsync<CorruptArchiveException>(() => Backups.VerifyAsync(_store, VerificationLevel.Upload), $"bit {bit}");
            undo();
        }

        // The header of the frame, the checksum and the seal, bit by bit.
        foreach (var bit in Enumerable.Range(0, 18 * 8).Concat(Enumerable.Range((int)(length - 44) * 8, 44 * 8)))
        {
            var (_, undo) = FlipBit(Manifest, bit);
            await Should.ThrowAsync<CorruptArchiveException>(() => Backups.VerifyAsync(_store, VerificationLevel.Upload), $"bit {bit}");
            undo();
        }

        await Backups.VerifyAsync(_store);
    }

    [Fact]
    public async Task A_truncated_pack_is_found_with_the_first_block_that_is_lost()
    {
        await Backups.WriteAsync(_store, _source);
        var whole = File.ReadAllBytes(Pack);
        foreach (var length in new[] { 0, 1, whole.Length / 2, whole.Length - 1 })
        {
            File.WriteAllBytes(Pack, whole[..length]);
            var error = await Should.ThrowAsync<CorruptArchiveException>(() => Backups.VerifyAsync(_store, VerificationLevel.Upload));
            error.Message.ShouldContain($"has {length} bytes and should have {whole.Length}");
            error.Message.ShouldContain($"Block {error.Block} of {error.File}");
            error.Offset.ShouldNotBeNull().ShouldBeLessThanOrEqualTo(length);
            await ShouldNotRestoreAsync();
        }

    }

    [Fact]
    public async Task A_pack_that_has_grown_is_judged_by_what_it_began_with()
    {
        await Backups.WriteAsync(_store, _source);
        var whole = File.ReadAllBytes(Pack);
        File.WriteAllBytes(Pack, [.. whole, 0]);
        await Backups.VerifyAsync(_store);
        await ArchiveInspector.InspectAsync(await ArchiveReader.OpenAsync(_store, Backups.Path));
        await Backups.RestoreAsync(_store, Path.Combine(_temp.Path, $"target-{_targets++}"));
        whole[^1] ^= 1;
        File.WriteAllBytes(Pack, [.. whole, 0]);
        (await Should.ThrowAsync<CorruptArchiveException>(() => Backups.VerifyAsync(_store, VerificationLevel.Upload))).Message.ShouldContain($"has {whole.Length + 1} bytes");
        await Should.ThrowAsync<CorruptArchiveException>(async () => await ArchiveInspector.InspectAsync(await ArchiveReader.OpenAsync(_store, Backups.Path)));
        await ShouldNotRestoreAsync();
    }

    [Fact]
    public async Task A_missing_pack_is_found_with_the_first_block_that_is_lost()
    {
        await Backups.WriteAsync(_store, _source);
        File.Delete(Pack);
        var error = await Should.ThrowAsync<CorruptArchiveException>(() => Backups.VerifyAsync(_store, VerificationLevel.Upload));
        error.Message.ShouldContain("00000.pack is missing");
        error.File.ShouldBe("ibdata1");
        error.Block.ShouldBe(0);
        await ShouldNotRestoreAsync();
    }

    [Fact]
    public async Task A_truncated_manifest_is_refused_wherever_it_ends()
    {
        await Backups.WriteAsync(_store, _source);
        var whole = File.ReadAllBytes(Manifest);
        for (var length = 0; length < whole.Length; length += 1 + _random.Next(0, 12))
        {
            File.WriteAllBytes(Manifest, whole[..length]);
            await Should.ThrowAsync<CorruptArchiveException>(() => Backups.VerifyAsync(_store, VerificationLevel.Upload), $"{length} bytes");
        }

        File.WriteAllBytes(Manifest, [.. whole, .. whole]);
        await Should.ThrowAsync<CorruptArchiveException>(() => Backups.VerifyAsync(_store, VerificationLevel.Upload));
    }

    [Fact]
    public async Task A_manifest_that_is_not_the_recorded_one_is_refused()
    {
        var summary = await Backups.WriteAsync(_store, _source);
        await Backups.VerifyAsync(_store, VerificationLevel.ReadBack, summary.ManifestDigest);
        var other = "sha256:" + new string('0', 64);
        (await Should.ThrowAsync<CorruptArchiveException>(() => Backups.VerifyAsync(_store, VerificationLevel.Upload, other))).Message.ShouldContain(other);
        await Should.ThrowAsync<CorruptArchiveException>(() => Backups.RestoreAsync(_store, Path.Combine(_temp.Path, "never"), other));
        Directory.Exists(Path.Combine(_temp.Path, "never")).ShouldBeFalse();
    }

    // A restore that fails may leave some files, but none of them with other content than the backup's.
    private async Task ShouldNotRestoreAsync()
    {
        var target = Path.Combine(_temp.Path, $"target-{_targets++}");
        await Should.ThrowAsync<CorruptArchiveException>(() => Backups.RestoreAsync(_store, target));
        if (!Directory.Exists(target))
        {
            return;
        }

        foreach (var path in Directory.EnumerateFiles(target, "*.*", SearchOption.AllDirectories).Where(path => path.EndsWith(".ibd", StringComparison.Ordinal)))
        {
            var expected = File.ReadAllBytes(Path.Combine(_source, Path.GetRelativePath(target, path)));
            var found = File.ReadAllBytes(path);
            for (var block = 0; block < found.Length; block += ArchiveFormat.BlockSize)
            {
                var end = Math.Min(block + ArchiveFormat.BlockSize, found.Length);
                (found.AsSpan(block..end).SequenceEqual(expected.AsSpan(block..end)) || found.AsSpan(block..end).IndexOfAnyExcept((byte)0) < 0)
                    .ShouldBeTrue($"{path} holds something else at {block}");
            }
        }

        Directory.Delete(target, recursive: true);
    }

    private (long Position, Action Undo) FlipBit(string path, long? bit = null)
    {
        var position = bit / 8 ?? _random.NextInt64(new FileInfo(path).Length);
        var mask = (byte)(1 << (int)((bit ?? _random.Next(8)) % 8));
        Flip();
        return (position, Flip);

        void Flip()
        {
            using var file = File.Open(path, FileMode.Open, FileAccess.ReadWrite);
            file.Position = position;
            var value = file.ReadByte();
            file.Position = position;
            file.WriteByte((byte)(value ^ mask));
        }
    }
}
