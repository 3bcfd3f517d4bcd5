using System.Diagnostics;
using System.Security.Cryptography;
using BackupOperator.Archive.Copying;
using BackupOperator.Archive.Encryption;
using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Storage.Volumes;
using BackupOperator.Archive.Tests.Support;
using BackupOperator.Archive.Writing;

namespace BackupOperator.Archive.Tests;

/// <summary>Copies, merges and new wrappings of keys are killed with SIGKILL, again and again; the next one finishes the work.</summary>
public sealed class KeeperKillTests : IDisposable
{
    private const int Kills = 6;
    private readonly Chain _chain = new();
    private readonly Random _random = new(12);
    private readonly string _keys;

    public KeeperKillTests()
    {
        _keys = _chain.Sub("keys");
        File.WriteAllText(Path.Combine(_keys, "2026"), Convert.ToHexString(RandomNumberGenerator.GetBytes(32)));
        DataDirectory.Fill(_chain.Source, _random, largeMegabytes: 8);
    }

    private KeepingJob Job => new() { Folder = _chain.StoreFolder, Path = "inc", Log = Path.Combine(_chain.StoreFolder, "..", "log"), PauseMilliseconds = 20 };

    public void Dispose() => _chain.Dispose();

    [Fact]
    public async Task A_copy_goes_on_where_it_was_killed()
    {
        await WriteChainAsync();
        var folder = _chain.Sub("copy");
        var copy = new VolumeObjectStore(folder);
        var job = Job with { ToFolder = folder };
        var killed = 0;
        for (var i = 0; i < Kills && await KillAsync(ChildKeeper.Copy, job); i++)
        {
            killed++;
            if (await copy.FindAsync(ArchiveFormat.ManifestKey("inc")) is not null)
            {
                await new ArchiveVerifier(await ArchiveReader.OpenAsync(copy, "inc")).VerifyAsync(VerificationLevel.ReadBack);
            }
        }

        killed.ShouldBeGreaterThan(1);
        await ChildWriter.RunToEndAsync(ChildKeeper.Copy, job);
        (await Backups.KeysAsync(copy)).ShouldBe((await Backups.KeysAsync(_chain.Store)).Where(key => key != ArchiveFormat.ManifestKey("full")));
        var target = _chain.Sub("target");
        await new ArchiveRestorer(await ArchiveReader.OpenAsync(copy, "inc"), new RestoreOptions { TargetDirectory = target }).RestoreAsync();
        DataDirectory.Describe(target).ShouldBe(DataDirectory.Describe(_chain.Source));

        // What was being uploaded into the folder of another backup may be somebody else's; after a day it is nobody's.
        await ShouldHoldNoUploadsAsync(copy, "inc/");
        await new ArchiveCopier(_chain.Store, copy, "inc", new CopyOptions { Time = new WrongClock(TimeSpan.FromDays(2)) }).RunAsync();
        await ShouldHoldNoUploadsAsync(copy, "");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_merge_goes_on_where_it_was_killed(bool encrypted)
    {
        _chain.Keys = encrypted ? WrappingKeys.Load(_keys, "2026") : null;
        await WriteChainAsync();
        var state = DataDirectory.Describe(_chain.Source);
        var job = Job with { ToPath = "merged", KeysFolder = encrypted ? _keys : null, CurrentKey = encrypted ? "2026" : null };
        var killed = 0;
        for (var i = 0; i < Kills && await KillAsync(ChildKeeper.Merge, job); i++)
        {
            killed++;
            await _chain.ShouldHoldAsync("inc", state);
        }

        killed.ShouldBeGreaterThan(1);
        if (await _chain.Store.FindAsync(ArchiveFormat.ManifestKey("merged")) is null)
        {
            await ChildWriter.RunToEndAsync(ChildKeeper.Merge, job);
            await ShouldHoldNoUploadsAsync(_chain.Store, "merged/");
        }

        await _chain.ShouldHoldAsync("merged", state);
        (await _chain.OpenAsync("merged")).Header.Parent.ShouldBeNull();
        await _chain.ShouldHoldAsync("inc", state);
    }

    [Fact]
    public async Task A_key_that_is_being_wrapped_anew_is_there_at_every_moment()
    {
        _chain.Keys = WrappingKeys.Load(_keys, "2026");
        await WriteChainAsync();
        var state = DataDirectory.Describe(_chain.Source);
        var killed = 0;
        for (var i = 0; i < Kills; i++)
        {
            var name = $"20{27 + i}";
            File.WriteAllText(Path.Combine(_keys, name), Convert.ToHexString(RandomNumberGenerator.GetBytes(32)));
            killed += await KillAsync(ChildKeeper.Rewrap, Job with { KeysFolder = _keys, CurrentKey = name, PauseMilliseconds = 10 }, longest: 30) ? 1 : 0;
            _chain.Keys = WrappingKeys.Load(_keys, name);
            await new ArchiveVerifier(await _chain.OpenAsync("inc")).VerifyAsync(VerificationLevel.Upload);
        }

        killed.ShouldBeGreaterThan(1);
        await ChildWriter.RunToEndAsync(ChildKeeper.Rewrap, Job with { KeysFolder = _keys, CurrentKey = "2026" });
        foreach (var other in Directory.EnumerateFiles(_keys).Where(file => !file.EndsWith("2026", StringComparison.Ordinal)))
        {
            File.Delete(other);
        }

        // Of the chain only this one was wrapped anew; the full one below it always had the first key.
        _chain.Keys = WrappingKeys.Load(_keys, "2026");
        await _chain.ShouldHoldAsync("inc", state);
    }

    private async Task WriteChainAsync()
    {
        await WriteAsync("full", null);
        foreach (var file in new[] { "shop/orders.ibd", "ibdata1" })
        {
            _chain.ChangePages(file, _random, 40);
        }

        await WriteAsync("inc", await _chain.OpenParentAsync("full"));
    }

    private async Task WriteAsync(string name, ArchiveParent? parent)
    {
        await using var writer = await ArchiveWriter.OpenAsync(_chain.Store, name, _chain.Options(name) with { Parent = parent, PackLimit = 2 << 20 });
        await writer.RunPassAsync(databaseStopped: true);
        await writer.FinishAsync(new ManifestFacts());
    }

    // Kills it a random while after its next change of the store; false when it was faster.
    private async Task<bool> KillAsync(string verb, KeepingJob job, int longest = 150)
    {
        var before = Changes(job);
        using var child = ChildWriter.Start(verb, job);
        var since = Stopwatch.GetTimestamp();
        while (!child.HasExited && Changes(job) == before && Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(60))
        {
            await Task.Delay(5);
        }

        await Task.Delay(_random.Next(0, longest));
        if (child.HasExited)
        {
            return false;
        }

        child.Kill();
        await child.WaitForExitAsync();
        return child.ExitCode != 0;
    }

    private static int Changes(KeepingJob job) => File.Exists(job.Log) ? File.ReadLines(job.Log).Count() : 0;

    private static async Task ShouldHoldNoUploadsAsync(VolumeObjectStore store, string below)
    {
        await foreach (var upload in store.ListUploadsAsync(below))
        {
            Assert.Fail($"{upload.Key} is still being uploaded");
        }
    }
}
