using System.Text.Json;
using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Packs;
using BackupOperator.Archive.Storage;
using BackupOperator.Archive.Storage.Volumes;
using BackupOperator.Archive.Tests.Support;
using BackupOperator.Archive.Writing;

namespace BackupOperator.Archive.Tests;

/// <summary>What an attempt leaves to the next one, and how little of it is trusted.</summary>
public sealed class ResumeTests : IDisposable
{
    private const int PartSize = 1 << 20;
    private readonly TempFolder _temp = new();
    private readonly Random _random = new(3);
    private readonly string _source;
    private readonly VolumeObjectStore _store;

    public ResumeTests()
    {
        _source = _temp.Sub("source");
        _store = new VolumeObjectStore(_temp.Sub("store"), PartSize);
        for (var i = 0; i < 3; i++)
        {
            DataDirectory.Write(Path.Combine(_source, $"t{i}.ibd"), DataDirectory.Noise(_random, (7 << 18) + i));
        }
    }

    private ArchiveWriterOptions Options => Backups.Options(_source) with { PackLimit = 2 << 20 };

    private string TokenFile => Path.Combine(_temp.Path, "store", ArchiveFormat.TokenKey(Backups.Path));

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_backup_survives_a_death_before_or_after_every_single_change_of_the_store(bool afterwards)
    {
        for (var calls = 1; ; calls++)
        {
            var store = new VolumeObjectStore(_temp.Sub($"store-{afterwards}-{calls}"), PartSize);
            var dying = new DyingStore(store, calls, afterwards);
            await DieAsync(() => Backups.WriteAsync(dying, Options));

            // The second attempt dies as well, somewhere in its recovery or behind it.
            var again = new DyingStore(store, 1 + (calls % 5), !afterwards);
            await DieAsync(() => WriteOrFindAsync(again));
            var summary = await WriteOrFindAsync(store);
            await Backups.VerifyAsync(store, Reading.VerificationLevel.ReadBack, summary.ManifestDigest);
            var target = Path.Combine(_temp.Path, $"target-{afterwards}-{calls}");
            await Backups.RestoreAsync(store, target);
            DataDirectory.Describe(target).ShouldBe(DataDirectory.Describe(_source), $"after {calls} calls");
            (await Backups.KeysAsync(store)).ShouldAllBe(key => key.EndsWith(".pack", StringComparison.Ordinal) || key.EndsWith(".blocks.zst", StringComparison.Ordinal) || key.EndsWith("manifest.json.zst", StringComparison.Ordinal));
            Directory.Delete(target, recursive: true);
            if (!dying.IsDead)
            {
                calls.ShouldBeGreaterThan(20);
                return;
            }
        }
    }

    [Fact]
    public async Task Nothing_is_sent_twice_when_an_attempt_dies_in_the_middle_of_a_recovery()
    {
        await LeaveHalfAsync(12);
        for (var calls = 1; calls <= 6; calls++)
        {
            await DieAsync(() => ArchiveWriter.OpenAsync(new DyingStore(_store, calls, afterwards: calls % 2 == 0), Backups.Path, Options));
        }

        await using var writer = await ArchiveWriter.OpenAsync(_store, Backups.Path, Options);
        writer.IsResumed.ShouldBeTrue();
        var before = writer.BytesUploaded;
        before.ShouldBeGreaterThan(2 * PartSize);
        await writer.RunPassAsync(databaseStopped: true);
        var summary = await writer.FinishAsync(new ManifestFacts());
        writer.BytesUploaded.ShouldBe(summary.StoredBytes);
    }

    [Fact]
    public async Task Data_that_changed_between_the_attempts_is_stored_as_it_is_now()
    {
        await LeaveHalfAsync(14);
        DataDirectory.Write(Path.Combine(_source, "t0.ibd"), DataDirectory.Noise(_random, 2 << 20));
        File.Delete(Path.Combine(_source, "t1.ibd"));
        DataDirectory.Write(Path.Combine(_source, "new.ibd"), DataDirectory.Noise(_random, 100));
        await Backups.WriteAsync(_store, Options);
        await ShouldRestoreAsync();
    }

    [Fact]
    public async Task Parts_whose_bytes_are_no_longer_what_they_were_are_stored_again()
    {
        await LeaveHalfAsync(9);
        var parts = Directory.EnumerateFiles(_temp.Path, "*.parts", SearchOption.AllDirectories).First();
        using (var file = File.OpenWrite(parts))
        {
            file.Position = 100;
            file.WriteByte((byte)_random.Next(256));
            file.WriteByte((byte)_random.Next(256));
        }

        await Backups.WriteAsync(_store, Options);
        await Backups.VerifyAsync(_store);
        await ShouldRestoreAsync();
    }

    [Theory]
    [InlineData("damaged")]
    [InlineData("empty")]
    [InlineData("offsets")]
    [InlineData("digests")]
    [InlineData("parts")]
    [InlineData("upload")]
    [InlineData("finished")]
    [InlineData("sizes")]
    [InlineData("absurd")]
    [InlineData("nulls")]
    public async Task A_token_that_lies_costs_time_and_no_data(string lie)
    {
        await LeaveHalfAsync(14);
        var token = CompressedJson.Parse<ResumeToken>(await File.ReadAllBytesAsync(TokenFile)).ShouldNotBeNull();
        token.Open.ShouldNotBeEmpty();
        var open = token.Open[0];
        ReadOnlyMemory<byte> lying = lie switch
        {
            "damaged" => Damaged(await File.ReadAllBytesAsync(TokenFile)),
            "empty" => Array.Empty<byte>(),
            "offsets" => CompressedJson.Write(token with { Open = [open with { Blocks = [.. open.Blocks.Select(file => file with { Blocks = [.. file.Blocks.Select(row => new[] { row[0], row[1] + 1, row[2], row[3] })] })] }] }),
            "digests" => CompressedJson.Write(token with { Open = [open with { Blocks = [.. open.Blocks.Select(file => file with { Digests = [.. file.Digests.Select(_ => new string('0', 64))] })] }] }),
            "parts" => CompressedJson.Write(token with { Open = [open with { Parts = [.. open.Parts.Select(part => part with { Sha256 = new string('0', 64), ETag = null })] }] }),
            "upload" => CompressedJson.Write(token with { Open = [open with { UploadId = Guid.NewGuid().ToString("N") }] }),
            "finished" => CompressedJson.Write(token with { Finished = [new FinishedPack(77, 1000, PartSize, new string('0', 64), null)], Open = [] }),
            "sizes" => CompressedJson.Write(token with { Open = [open with { Parts = [.. open.Parts.Select(part => part with { Size = 17 })] }] }),
            "absurd" => CompressedJson.Write(token with { BytesSent = -5, Open = [open with { Number = int.MaxValue, PartSize = int.MinValue, Parts = [new SealedPart(-1, -1, "")] }] }),
            _ => JsonText("""{"version":1,"backupId":"one","startedAt":"2026-01-01T00:00:00Z","finished":[null],"open":[null,{"number":0,"uploadId":null,"partSize":1048576,"parts":null,"blocks":null}]}"""),
        };
        await File.WriteAllBytesAsync(TokenFile, lying);

        var (summary, stored) = await WriteAndCountAsync();
        if (lie is "offsets" or "digests")
        {
            // What is on the disk now decides: a digest that is not of this block is not believed, an offset is found out.
            stored.ShouldBeGreaterThan(0);
        }

        var target = Path.Combine(_temp.Path, "target");
        try
        {
            await Backups.VerifyAsync(_store, Reading.VerificationLevel.ReadBack, summary.ManifestDigest);
            await Backups.RestoreAsync(_store, target);
            DataDirectory.Describe(target).ShouldBe(DataDirectory.Describe(_source));
        }
        catch (CorruptArchiveException) when (lie == "offsets")
        {
            // Only someone who may write to the store can seal such a token. It is found out when the data is read back.
        }
    }

    [Fact]
    public async Task Another_backup_at_the_same_path_is_left_alone()
    {
        await LeaveHalfAsync(9);
        var before = (await Backups.KeysAsync(_store)).ToList();
        var error = await Should.ThrowAsync<StorageException>(() => ArchiveWriter.OpenAsync(_store, Backups.Path, Backups.Options(_source, "two")));
        error.Failure.ShouldBe(StorageFailure.AlreadyExists);
        error.Message.ShouldContain("choose another path");
        (await Backups.KeysAsync(_store)).ShouldBe(before);

        await Backups.WriteAsync(_store, Options);
        before = await Backups.KeysAsync(_store);
        (await Should.ThrowAsync<StorageException>(() => ArchiveWriter.OpenAsync(_store, Backups.Path, Backups.Options(_source, "two")))).Failure.ShouldBe(StorageFailure.AlreadyExists);
        (await Backups.KeysAsync(_store)).ShouldBe(before);
    }

    [Fact]
    public async Task A_backup_that_is_committed_is_found_and_not_written_again()
    {
        var first = await Backups.WriteAsync(_store, Options);
        await using var writer = await ArchiveWriter.OpenAsync(_store, Backups.Path, Options);
        writer.Committed.ShouldNotBeNull().ManifestDigest.ShouldBe(first.ManifestDigest);
        writer.Committed.Totals.ShouldBe(first.Totals);
        await Should.ThrowAsync<InvalidOperationException>(() => writer.RunPassAsync(databaseStopped: true));
        await writer.AbortAsync();
        await Backups.VerifyAsync(_store);
    }

    [Fact]
    public async Task An_aborted_backup_leaves_nothing()
    {
        await LeaveHalfAsync(9);
        await using (var writer = await ArchiveWriter.OpenAsync(_store, Backups.Path, Options))
        {
            await writer.RunPassAsync(databaseStopped: false);
            await writer.AbortAsync();
        }

        Directory.EnumerateFileSystemEntries(Path.Combine(_temp.Path, "store")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_live_pass_alone_makes_no_backup()
    {
        await using var writer = await ArchiveWriter.OpenAsync(_store, Backups.Path, Options);
        await writer.RunPassAsync(databaseStopped: false);
        await Should.ThrowAsync<InvalidOperationException>(() => writer.FinishAsync(new ManifestFacts()));
        await writer.RunPassAsync(databaseStopped: true);
        await writer.RunPassAsync(databaseStopped: false);
        await Should.ThrowAsync<InvalidOperationException>(() => writer.FinishAsync(new ManifestFacts()));
    }

    private static async Task DieAsync(Func<Task> attempt) => (await Record.ExceptionAsync(attempt))?.ShouldBeOfType<StorageException>().Message.ShouldBe("dead");

    private async Task<ArchiveSummary> WriteOrFindAsync(IObjectStore store)
    {
        await using var writer = await ArchiveWriter.OpenAsync(store, Backups.Path, Options);
        if (writer.Committed is { } committed)
        {
            return committed;
        }

        await writer.RunPassAsync(databaseStopped: true);
        return await writer.FinishAsync(new ManifestFacts());
    }

    private async Task LeaveHalfAsync(int calls)
    {
        var dying = new DyingStore(_store, calls, afterwards: false);
        await DieAsync(() => Backups.WriteAsync(dying, Options));
        dying.IsDead.ShouldBeTrue();
        File.Exists(TokenFile).ShouldBeTrue();
    }

    private async Task<(ArchiveSummary Summary, long Stored)> WriteAndCountAsync()
    {
        await using var writer = await ArchiveWriter.OpenAsync(_store, Backups.Path, Options);
        var pass = await writer.RunPassAsync(databaseStopped: true);
        return (await writer.FinishAsync(new ManifestFacts()), pass.BlocksStored);
    }

    private async Task ShouldRestoreAsync()
    {
        var target = Path.Combine(_temp.Path, "target");
        await Backups.RestoreAsync(_store, target);
        DataDirectory.Describe(target).ShouldBe(DataDirectory.Describe(_source));
    }

    private byte[] Damaged(byte[] bytes)
    {
        bytes[_random.Next(bytes.Length)] ^= 4;
        return bytes;
    }

    private static ReadOnlyMemory<byte> JsonText(string json) => CompressedJson.Write(JsonSerializer.Deserialize<JsonElement>(json));
}
