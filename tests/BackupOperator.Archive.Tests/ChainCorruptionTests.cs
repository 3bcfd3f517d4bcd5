using System.Security.Cryptography;
using BackupOperator.Archive.Encryption;
using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Tests.Support;

namespace BackupOperator.Archive.Tests;

/// <summary>Bits flip in what is stored of a chain of backups, clear and encrypted.</summary>
public sealed class ChainCorruptionTests : IDisposable
{
    private readonly Chain _chain = new();
    private readonly Random _random = new(17);

    public void Dispose() => _chain.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_bit_that_flips_is_found_with_its_file_and_block_and_not_restored(bool isEncrypted)
    {
        if (isEncrypted)
        {
            var keys = _chain.Sub("keys");
            await File.WriteAllBytesAsync(Path.Combine(keys, "key"), RandomNumberGenerator.GetBytes(32));
            _chain.Keys = WrappingKeys.Load(keys);
        }

        DataDirectory.Write(Path.Combine(_chain.Source, "ibdata1"), DataDirectory.Noise(_random, (2 << 20) + 777));
        DataDirectory.Write(Path.Combine(_chain.Source, "orders.ibd"), DataDirectory.Pages(_random, 3 << 20));
        await _chain.WriteAsync("full");
        _chain.ChangePages("ibdata1", _random, 3);
        _chain.ChangePages("orders.ibd", _random, 3);
        await _chain.WriteAsync("inc", "full");

        var stored = Directory.EnumerateFiles(_chain.StoreFolder, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".blocks.zst", StringComparison.Ordinal)).ToList();
        for (var i = 0; i < Amount.Of(100); i++)
        {
            var file = stored[_random.Next(stored.Count)];
            var backup = Path.GetRelativePath(_chain.StoreFolder, file).Split('/')[0];
            var whole = await File.ReadAllBytesAsync(file);
            var damaged = whole.ToArray();
            damaged[_random.Next(damaged.Length)] ^= (byte)(1 << _random.Next(8));
            await File.WriteAllBytesAsync(file, damaged);

            var error = await Should.ThrowAsync<Exception>(async () => await new ArchiveVerifier(await _chain.OpenAsync(backup)).VerifyAsync(VerificationLevel.ReadBack));
            (error is CorruptArchiveException or EncryptionKeyException).ShouldBeTrue($"{file}: {error}");
            if (file.EndsWith(".pack", StringComparison.Ordinal))
            {
                var corrupt = error.ShouldBeOfType<CorruptArchiveException>();
                corrupt.StoredAs.ShouldBe(file);
                corrupt.Message.ShouldContain($"Block {corrupt.Block} of {corrupt.File}");
            }

            if (i % 10 == 0)
            {
                var target = Path.Combine(_chain.Sub("targets"), $"{i}");
                await Should.ThrowAsync<Exception>(async () => await new ArchiveRestorer(await _chain.OpenAsync(backup), new RestoreOptions { TargetDirectory = target }).RestoreAsync());
            }

            await File.WriteAllBytesAsync(file, whole);
        }

        await new ArchiveVerifier(await _chain.OpenAsync("inc")).VerifyAsync(VerificationLevel.ReadBack);
    }
}
