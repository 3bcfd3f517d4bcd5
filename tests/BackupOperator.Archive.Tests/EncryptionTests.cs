using System.Security.Cryptography;
using System.Text;
using BackupOperator.Archive.Encryption;
using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Storage;
using BackupOperator.Archive.Tests.Support;
using BackupOperator.Archive.Writing;

namespace BackupOperator.Archive.Tests;

/// <summary>Encrypted backups: readable with the key, and not at all without.</summary>
public sealed class EncryptionTests : IDisposable
{
    private const string Marker = "name-that-nobody-may-see";
    private readonly Chain _chain = new();
    private readonly Random _random = new(5);
    private readonly string _keys;

    public EncryptionTests()
    {
        _keys = _chain.Sub("keys");
        File.WriteAllText(Path.Combine(_keys, "2026"), Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)) + "\n");
        _chain.Keys = WrappingKeys.Load(_keys, "2026");
        DataDirectory.Fill(_chain.Source, _random, largeMegabytes: 3);
        File.WriteAllText(Path.Combine(_chain.Source, Marker), Marker);
    }

    public void Dispose() => _chain.Dispose();

    [Fact]
    public async Task A_chain_comes_back_and_shows_neither_names_nor_content()
    {
        await _chain.WriteAsync("full");
        var full = DataDirectory.Describe(_chain.Source);
        _chain.ChangePages("shop/orders.ibd", _random, 4);
        File.AppendAllText(Path.Combine(_chain.Source, Marker), Marker);
        var (summary, pass) = await _chain.WriteAsync("inc", "full");
        pass.BlocksReused.ShouldBeGreaterThan(0);
        summary.StoredBytes.ShouldBeLessThan(1 << 20);
        await _chain.ShouldHoldAsync("full", full);
        await _chain.ShouldHoldAsync("inc", DataDirectory.Describe(_chain.Source));
        foreach (var file in Directory.EnumerateFiles(_chain.StoreFolder, "*", SearchOption.AllDirectories))
        {
            var bytes = await File.ReadAllBytesAsync(file);
            bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Marker)).ShouldBe(-1, file);
            if (file.EndsWith("manifest.json.zst", StringComparison.Ordinal))
            {
                using var plain = new Compression.ZstdReadStream(new MemoryStream(bytes));
                using var text = new StreamReader(plain);
                (await text.ReadToEndAsync()).ShouldNotContain(Marker);
            }
        }
    }

    [Fact]
    public async Task Without_the_key_nothing_is_read_and_the_message_says_which_one_is_wanted()
    {
        await _chain.WriteAsync("full");
        var none = await ArchiveReader.OpenAsync(_chain.Store, "full");
        none.Header.IsEncrypted.ShouldBeTrue();
        (await Should.ThrowAsync<EncryptionKeyException>(() => new ArchiveVerifier(none).VerifyAsync(VerificationLevel.Upload))).Message.ShouldContain("no key was given");
        File.WriteAllBytes(Path.Combine(_chain.Sub("others"), "key"), RandomNumberGenerator.GetBytes(32));
        var wrong = await ArchiveReader.OpenAsync(_chain.Store, "full", WrappingKeys.Load(_chain.Sub("others")));
        (await Should.ThrowAsync<EncryptionKeyException>(() => new ArchiveVerifier(wrong).VerifyAsync(VerificationLevel.Upload))).Message.ShouldContain("None of the given keys");
    }

    [Fact]
    public async Task A_key_is_rotated_without_touching_a_block_or_the_manifest()
    {
        var (written, _) = await _chain.WriteAsync("full");
        var state = DataDirectory.Describe(_chain.Source);
        File.WriteAllText(Path.Combine(_keys, "2027"), Convert.ToHexString(RandomNumberGenerator.GetBytes(32)));
        var both = WrappingKeys.Load(_keys, "2027");
        (await WrappedKeys.RewrapAsync(_chain.Store, "full", both)).ShouldBeTrue();
        (await WrappedKeys.RewrapAsync(_chain.Store, "full", both)).ShouldBeFalse();
        File.Delete(Path.Combine(_keys, "2026"));
        _chain.Keys = WrappingKeys.Load(_keys);
        await _chain.ShouldHoldAsync("full", state);
        (await ArchiveReader.SummarizeAsync(_chain.Store, "full", _chain.Keys)).ManifestDigest.ShouldBe(written.ManifestDigest);
    }

    [Fact]
    public async Task Every_bit_that_flips_in_pack_manifest_or_key_is_found()
    {
        await _chain.WriteAsync("full");
        foreach (var name in new[] { "full/packs/00000.pack", "full/manifest.json.zst", "full/key.json" })
        {
            var path = Path.Combine(_chain.StoreFolder, name);
            var whole = await File.ReadAllBytesAsync(path);
            for (var i = 0; i < 60; i++)
            {
                var bytes = whole.ToArray();
                bytes[_random.Next(bytes.Length)] ^= (byte)(1 << _random.Next(8));
                await File.WriteAllBytesAsync(path, bytes);
                var error = await Should.ThrowAsync<Exception>(async () => await new ArchiveVerifier(await _chain.OpenAsync("full")).VerifyAsync(VerificationLevel.ReadBack));
                (error is CorruptArchiveException or EncryptionKeyException).ShouldBeTrue(error.ToString());
            }

            await File.WriteAllBytesAsync(path, whole);
        }

        await new ArchiveVerifier(await _chain.OpenAsync("full")).VerifyAsync(VerificationLevel.ReadBack);
    }

    [Fact]
    public async Task An_interrupted_backup_goes_on_with_its_key_and_not_with_another_one()
    {
        await using (var dies = await ArchiveWriter.OpenAsync(_chain.Store, "one", _chain.Options("one") with { PackLimit = 1 }))
        {
            await dies.RunPassAsync(databaseStopped: false);
            await Task.Delay(200);
        }

        var clear = _chain.Options("one") with { Keys = null };
        (await Should.ThrowAsync<StorageException>(() => ArchiveWriter.OpenAsync(_chain.Store, "one", clear))).Failure.ShouldBe(StorageFailure.AlreadyExists);
        await using (var writer = await ArchiveWriter.OpenAsync(_chain.Store, "one", _chain.Options("one")))
        {
            writer.IsResumed.ShouldBeTrue();
            (await writer.RunPassAsync(databaseStopped: true)).BlocksReused.ShouldBeGreaterThan(0);
            await writer.FinishAsync(new ManifestFacts());
        }

        await _chain.ShouldHoldAsync("one", DataDirectory.Describe(_chain.Source));
    }

    [Fact]
    public async Task An_interrupted_clear_backup_does_not_go_on_with_a_key()
    {
        var clear = _chain.Options("one") with { Keys = null, PackLimit = 1 };
        await using (var dies = await ArchiveWriter.OpenAsync(_chain.Store, "one", clear))
        {
            await dies.RunPassAsync(databaseStopped: false);
            await Task.Delay(200);
        }

        var refused = await Should.ThrowAsync<StorageException>(() => ArchiveWriter.OpenAsync(_chain.Store, "one", _chain.Options("one")));
        refused.Failure.ShouldBe(StorageFailure.AlreadyExists);
        refused.Message.ShouldContain("unencrypted and unfinished");
        (await Backups.KeysAsync(_chain.Store)).ShouldNotContain("one/key.json");
        await using (var writer = await ArchiveWriter.OpenAsync(_chain.Store, "one", clear))
        {
            writer.IsResumed.ShouldBeTrue();
            await writer.RunPassAsync(databaseStopped: true);
            await writer.FinishAsync(new ManifestFacts());
        }

        _chain.Keys = null;
        await _chain.ShouldHoldAsync("one", DataDirectory.Describe(_chain.Source));
    }

    [Fact]
    public async Task An_attempt_that_died_between_its_key_and_its_first_token_goes_on()
    {
        await WrappedKey.CreateAsync(_chain.Store, "one", "one", _chain.Keys!, TestContext.Current.CancellationToken);
        await _chain.WriteAsync("one");
        await _chain.ShouldHoldAsync("one", DataDirectory.Describe(_chain.Source));
    }

    [Fact]
    public async Task Clear_and_encrypted_backups_do_not_build_on_one_another()
    {
        await _chain.WriteAsync("full");
        (await ArchiveParent.TryOpenAsync(_chain.Store, "full", null, ManifestHeader.Incremental, null)).Reason.ShouldNotBeNull().ShouldContain("is encrypted, and this backup is not");
    }

    [Theory]
    [InlineData("too short")]
    [InlineData("")]
    [InlineData("zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz")]
    public void A_key_that_is_none_is_refused(string content)
    {
        var folder = _chain.Sub("bad");
        File.WriteAllText(Path.Combine(folder, "key"), content);
        Should.Throw<EncryptionKeyException>(() => WrappingKeys.Load(folder)).Message.ShouldContain("must be 32 random bytes");
        Should.Throw<EncryptionKeyException>(() => WrappingKeys.Load(folder, "other")).Message.ShouldContain("no encryption key 'other'");
    }
}
