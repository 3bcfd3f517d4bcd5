using BackupOperator.Archive.Encryption;
using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Storage.Volumes;
using BackupOperator.Archive.Writing;

namespace BackupOperator.Archive.Tests.Support;

/// <summary>A data directory that changes, and backups of it that build on one another.</summary>
internal sealed class Chain : IDisposable
{
    private readonly TempFolder _temp = new();
    private int _targets;

    public Chain()
    {
        Source = _temp.Sub("source");
        Store = new VolumeObjectStore(_temp.Sub("store"));
    }

    public string Source { get; }

    public VolumeObjectStore Store { get; }

    public string StoreFolder => Path.Combine(_temp.Path, "store");

    public WrappingKeys? Keys { get; set; }

    /// <summary>A minute ahead: files that were just written count as settled.</summary>
    public TimeProvider Time { get; } = new WrongClock(TimeSpan.FromMinutes(1));

    public string Sub(string name) => _temp.Sub(name);

    public void Dispose() => _temp.Dispose();

    public ArchiveWriterOptions Options(string name) => new() { BackupId = name, SourceDirectory = Source, Keys = Keys, Time = Time };

    /// <param name="parent">The backup to build on; null for a full one.</param>
    public async Task<(ArchiveSummary Summary, PassResult Pass)> WriteAsync(string name, string? parent = null, string type = ManifestHeader.Incremental)
    {
        var options = Options(name) with { Parent = parent is null ? null : await OpenParentAsync(parent, type) };
        await using var writer = await ArchiveWriter.OpenAsync(Store, name, options);
        var pass = await writer.RunPassAsync(databaseStopped: true);
        return (await writer.FinishAsync(new ManifestFacts()), pass);
    }

    public async Task<ArchiveParent> OpenParentAsync(string name, string type = ManifestHeader.Incremental)
    {
        var (parent, reason) = await ArchiveParent.TryOpenAsync(Store, name, null, type, Keys);
        return parent.ShouldNotBeNull(reason);
    }

    public Task<ArchiveReader> OpenAsync(string name) => ArchiveReader.OpenAsync(Store, name, Keys);

    /// <summary>Verifies a backup, restores it, and compares it with what the data directory was.</summary>
    public async Task ShouldHoldAsync(string name, string expected, string? seed = null)
    {
        var archive = await OpenAsync(name);
        await new ArchiveVerifier(archive).VerifyAsync(VerificationLevel.ReadBack);
        var target = Path.Combine(_temp.Path, $"target-{_targets++}");
        await new ArchiveRestorer(archive, new RestoreOptions { TargetDirectory = target, SeedDirectory = seed }).RestoreAsync();
        DataDirectory.Describe(target).ShouldBe(expected);
        Directory.Delete(target, recursive: true);
    }

    /// <summary>Overwrites some pages of 16 KiB, and sets the time of the file so long back that it proves something.</summary>
    public void ChangePages(string file, Random random, int count)
    {
        var path = Path.Combine(Source, file);
        using (var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Write))
        {
            for (var i = 0; i < count; i++)
            {
                var pages = RandomAccess.GetLength(handle) / 16384;
                RandomAccess.Write(handle, DataDirectory.Compressible(random, 16384), random.NextInt64(pages) * 16384);
            }
        }
    }
}
