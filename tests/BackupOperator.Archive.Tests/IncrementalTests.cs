using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Tests.Support;
using BackupOperator.Archive.Writing;

namespace BackupOperator.Archive.Tests;

/// <summary>Backups that store only what has changed since another one.</summary>
public sealed class IncrementalTests : IDisposable
{
    private readonly Chain _chain = new();
    private readonly Random _random = new(3);

    public void Dispose() => _chain.Dispose();

    [Fact]
    public async Task Every_link_of_a_chain_comes_back_as_the_data_was_then()
    {
        DataDirectory.Fill(_chain.Source, _random, largeMegabytes: 8);
        await _chain.WriteAsync("full");
        var states = new List<(string Name, string State)> { ("full", DataDirectory.Describe(_chain.Source)) };
        for (var i = 1; i <= 12; i++)
        {
            _chain.ChangePages("shop/orders.ibd", _random, 6);
            _chain.ChangePages("ibdata1", _random, i % 3);
            Vary(i);
            var (summary, _) = await _chain.WriteAsync($"inc{i}", states[^1].Name);
            summary.Header.Type.ShouldBe(ManifestHeader.Incremental);
            summary.Header.Parent!.Path.ShouldBe(states[^1].Name);
            states.Add(($"inc{i}", DataDirectory.Describe(_chain.Source)));
        }

        foreach (var (name, state) in states)
        {
            await _chain.ShouldHoldAsync(name, state);
        }
    }

    [Fact]
    public async Task A_changed_page_costs_its_piece_and_not_its_block()
    {
        DataDirectory.Write(Path.Combine(_chain.Source, "ibdata1"), DataDirectory.Noise(_random, 20 << 20));
        await _chain.WriteAsync("full");
        _chain.ChangePages("ibdata1", _random, 1);
        var (summary, pass) = await _chain.WriteAsync("inc", "full");
        pass.BlocksStored.ShouldBe(1);
        summary.StoredBytes.ShouldBeInRange(1, ArchiveFormat.PieceSize);
        await _chain.ShouldHoldAsync("inc", DataDirectory.Describe(_chain.Source));
    }

    [Fact]
    public async Task Nothing_is_stored_or_read_of_files_that_are_as_they_were()
    {
        DataDirectory.Fill(_chain.Source, _random, largeMegabytes: 4);
        await _chain.WriteAsync("full");
        var (summary, pass) = await _chain.WriteAsync("inc", "full");
        pass.BytesRead.ShouldBe(0);
        pass.FilesUnchanged.ShouldBe(pass.Files);
        summary.StoredBytes.ShouldBe(0);
        (await Backups.KeysAsync(_chain.Store)).Where(key => key.StartsWith("inc/", StringComparison.Ordinal)).ShouldBe(["inc/manifest.json.zst"]);
        await _chain.ShouldHoldAsync("inc", DataDirectory.Describe(_chain.Source));
    }

    [Fact]
    public async Task A_file_whose_time_was_set_back_after_a_change_is_read_again()
    {
        var path = Path.Combine(_chain.Source, "ibdata1");
        DataDirectory.Write(path, DataDirectory.Noise(_random, 3 << 20));
        await _chain.WriteAsync("full");
        var time = File.GetLastWriteTimeUtc(path);
        _chain.ChangePages("ibdata1", _random, 2);
        File.SetLastWriteTimeUtc(path, time);
        var (_, pass) = await _chain.WriteAsync("inc", "full");
        pass.BytesRead.ShouldBe(3 << 20);
        await _chain.ShouldHoldAsync("inc", DataDirectory.Describe(_chain.Source));
    }

    [Fact]
    public async Task Times_prove_nothing_when_the_parent_was_read_without_the_lock()
    {
        DataDirectory.Write(Path.Combine(_chain.Source, "ibdata1"), DataDirectory.Noise(_random, 3 << 20));
        await using (var writer = await ArchiveWriter.OpenAsync(_chain.Store, "full", _chain.Options("full")))
        {
            await writer.RunPassAsync(databaseStopped: true);
            await writer.FinishAsync(new ManifestFacts { LockUnavailable = "there is no ibdata1" });
        }

        var (summary, pass) = await _chain.WriteAsync("inc", "full");
        pass.BytesRead.ShouldBe(3 << 20);
        summary.StoredBytes.ShouldBe(0);
    }

    [Theory]
    [InlineData("one", "one", 0)]
    [InlineData("one", "two", 3 << 20)]
    [InlineData("one", null, 3 << 20)]
    [InlineData(null, "one", 3 << 20)]
    [InlineData(null, null, 3 << 20)]
    public async Task Times_prove_something_only_until_the_machine_is_started_again(string? before, string? after, long read)
    {
        DataDirectory.Write(Path.Combine(_chain.Source, "ibdata1"), DataDirectory.Noise(_random, 3 << 20));
        await WriteAsync(_chain.Options("full") with { BootId = before });
        var (summary, pass) = await WriteAsync(_chain.Options("inc") with { BootId = after, Parent = await _chain.OpenParentAsync("full") });
        pass.BytesRead.ShouldBe(read);
        summary.StoredBytes.ShouldBe(0);
        (await _chain.OpenAsync("inc")).Header.BootId.ShouldBe(after);
        (_, pass) = await WriteAsync(_chain.Options("next") with { BootId = "one", Parent = await _chain.OpenParentAsync("inc") });
        pass.FilesUnchanged.ShouldBe(after == "one" ? 1 : 0);
        await _chain.ShouldHoldAsync("next", DataDirectory.Describe(_chain.Source));

        async Task<(ArchiveSummary Summary, PassResult Pass)> WriteAsync(ArchiveWriterOptions options)
        {
            await using var writer = await ArchiveWriter.OpenAsync(_chain.Store, options.BackupId, options);
            var written = await writer.RunPassAsync(databaseStopped: true);
            return (await writer.FinishAsync(new ManifestFacts()), written);
        }
    }

    [Fact]
    public async Task A_differential_backup_refers_to_its_full_one_alone()
    {
        DataDirectory.Write(Path.Combine(_chain.Source, "ibdata1"), DataDirectory.Noise(_random, 6 << 20));
        await _chain.WriteAsync("full");
        foreach (var name in new[] { "diff1", "diff2" })
        {
            _chain.ChangePages("ibdata1", _random, 3);
            await _chain.WriteAsync(name, "full", ManifestHeader.Differential);
            (await _chain.OpenAsync(name)).Packs.Select(pack => pack.Path).ShouldBeSubsetOf(["full", name]);
            await _chain.ShouldHoldAsync(name, DataDirectory.Describe(_chain.Source));
        }

        (await ArchiveParent.TryOpenAsync(_chain.Store, "diff1", null, ManifestHeader.Differential, null)).Reason.ShouldNotBeNull().ShouldContain("is no full backup");
    }

    [Fact]
    public async Task A_parent_with_a_missing_or_damaged_ancestor_is_refused_with_the_reason()
    {
        DataDirectory.Write(Path.Combine(_chain.Source, "ibdata1"), DataDirectory.Noise(_random, 3 << 20));
        await _chain.WriteAsync("full");
        _chain.ChangePages("ibdata1", _random, 1);
        await _chain.WriteAsync("inc", "full");
        var pack = Path.Combine(_chain.StoreFolder, "full/packs/00000.pack");
        File.Move(pack, $"{pack}.away");
        (await ArchiveParent.TryOpenAsync(_chain.Store, "inc", null, ManifestHeader.Incremental, null)).Reason.ShouldNotBeNull().ShouldContain("00000.pack is missing");
        File.Move($"{pack}.away", pack);
        (await ArchiveParent.TryOpenAsync(_chain.Store, "inc", "sha256:0", ManifestHeader.Incremental, null)).Reason.ShouldNotBeNull().ShouldContain("sha256:0");
        (await ArchiveParent.TryOpenAsync(_chain.Store, "gone", null, ManifestHeader.Incremental, null)).Reason.ShouldNotBeNull().ShouldContain("There is no backup");
    }

    [Fact]
    public async Task Without_the_sums_of_its_parent_whole_blocks_are_stored()
    {
        DataDirectory.Write(Path.Combine(_chain.Source, "ibdata1"), DataDirectory.Noise(_random, 3 << 20));
        await _chain.WriteAsync("full");
        File.Delete(Path.Combine(_chain.StoreFolder, "full/packs/00000.blocks.zst"));
        _chain.ChangePages("ibdata1", _random, 1);
        var (summary, _) = await _chain.WriteAsync("inc", "full");
        summary.StoredBytes.ShouldBeGreaterThan(900_000);
        await _chain.ShouldHoldAsync("inc", DataDirectory.Describe(_chain.Source));
    }

    [Fact]
    public async Task An_interrupted_incremental_backup_sends_nothing_twice()
    {
        DataDirectory.Write(Path.Combine(_chain.Source, "ibdata1"), DataDirectory.Noise(_random, 12 << 20));
        await _chain.WriteAsync("full");
        _chain.ChangePages("ibdata1", _random, 20);
        var options = _chain.Options("inc") with { Parent = await _chain.OpenParentAsync("full"), PackLimit = 1 };
        long sent;
        await using (var dies = await ArchiveWriter.OpenAsync(_chain.Store, "inc", options))
        {
            await dies.RunPassAsync(databaseStopped: false);
            _chain.ChangePages("ibdata1", _random, 3);
            await dies.RunPassAsync(databaseStopped: false);
            await Task.Delay(200);
            sent = dies.BytesUploaded;
        }

        await using (var writer = await ArchiveWriter.OpenAsync(_chain.Store, "inc", options))
        {
            writer.IsResumed.ShouldBeTrue();
            var pass = await writer.RunPassAsync(databaseStopped: true);
            await writer.FinishAsync(new ManifestFacts());
            pass.BlocksStored.ShouldBeLessThanOrEqualTo(1);
            writer.BytesUploaded.ShouldBeLessThanOrEqualTo(sent + ArchiveFormat.PieceSize);
        }

        await _chain.ShouldHoldAsync("inc", DataDirectory.Describe(_chain.Source));
    }

    [Fact]
    public async Task A_restore_takes_what_the_present_data_has_from_there()
    {
        DataDirectory.Fill(_chain.Source, _random, largeMegabytes: 8);
        await _chain.WriteAsync("full");
        var state = DataDirectory.Describe(_chain.Source);
        var seed = _chain.Sub("seed");
        DataDirectory.Write(Path.Combine(seed, "ibdata1"), await File.ReadAllBytesAsync(Path.Combine(_chain.Source, "ibdata1")));
        Directory.CreateDirectory(Path.Combine(seed, "shop"));
        DataDirectory.Write(Path.Combine(seed, "shop", "orders.ibd"), DataDirectory.Noise(_random, 3 << 20));
        var fetched = new List<long>();
        var archive = await _chain.OpenAsync("full");
        var target = _chain.Sub("fresh");
        var progress = new Last(fetched);
        await new ArchiveRestorer(archive, new RestoreOptions { TargetDirectory = target, SeedDirectory = seed }).RestoreAsync(progress);
        DataDirectory.Describe(target).ShouldBe(state);
        fetched[^1].ShouldBeLessThan(archive.StoredBytes - (3 << 20));
        await _chain.ShouldHoldAsync("full", state, _chain.Source);
    }

    [Fact]
    public async Task A_sample_reads_some_blocks_and_finds_what_is_damaged_in_them()
    {
        DataDirectory.Write(Path.Combine(_chain.Source, "ibdata1"), DataDirectory.Noise(_random, 12 << 20));
        await _chain.WriteAsync("full");
        var archive = await _chain.OpenAsync("full");
        (await new ArchiveVerifier(archive).VerifySampleAsync(0.5, new Random(1))).Blocks.ShouldBeInRange(2, 11);
        (await new ArchiveVerifier(archive).VerifySampleAsync(1, new Random(1))).Blocks.ShouldBe(12);
        var pack = Path.Combine(_chain.StoreFolder, "full/packs/00000.pack");
        var bytes = await File.ReadAllBytesAsync(pack);
        bytes[5] ^= 1;
        await File.WriteAllBytesAsync(pack, bytes);
        (await Should.ThrowAsync<CorruptArchiveException>(() => new ArchiveVerifier(archive).VerifySampleAsync(1, new Random(1)))).Block.ShouldBe(0);
    }

    private void Vary(int step)
    {
        var log = Path.Combine(_chain.Source, "binlog.000001");
        File.AppendAllText(log, new string('x', 70_000 * step));
        switch (step % 4)
        {
            case 0:
                DataDirectory.Write(Path.Combine(_chain.Source, "shop", $"new{step}.ibd"), DataDirectory.Pages(_random, 2 << 20));
                break;
            case 1:
                File.Delete(Path.Combine(_chain.Source, "shop", $"new{step - 1}.ibd"));
                break;
            case 2:
                using (var file = File.OpenHandle(Path.Combine(_chain.Source, "shop", "sparse.ibd"), FileMode.Open, FileAccess.Write))
                {
                    RandomAccess.Write(file, new byte[1 << 20], 33 << 20);
                    RandomAccess.SetLength(file, (60 << 20) + step);
                }

                break;
        }
    }

    private sealed class Last(List<long> fetched) : IProgress<ArchiveProgress>
    {
        public void Report(ArchiveProgress value) => fetched.Add(value.BytesUploaded);
    }
}
