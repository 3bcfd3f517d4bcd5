using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Storage;
using BackupOperator.Archive.Storage.Volumes;
using BackupOperator.Archive.Tests.Support;
using BackupOperator.Archive.Writing;

namespace BackupOperator.Archive.Tests.Commits;

/// <summary>Three packs of noise, of two blocks, two and one; the last is open until the backup is finished.</summary>
public abstract class CommitTest : IDisposable
{
    private protected const int PartSize = 1 << 20;
    private readonly TempFolder _temp = new();
    private int _targets;

    protected CommitTest()
    {
        var random = new Random(5);
        Source = _temp.Sub("source");
        Store = new VolumeObjectStore(_temp.Sub("store"), PartSize);
        for (var i = 0; i < 5; i++)
        {
            DataDirectory.Write(Path.Combine(Source, $"t{i}.ibd"), DataDirectory.Noise(random, 1 << 20));
        }
    }

    private protected string Source { get; }

    private protected VolumeObjectStore Store { get; }

    private protected virtual ArchiveWriterOptions Options => Backups.Options(Source) with { PackLimit = 2 << 20 };

    private protected static string Manifest => ArchiveFormat.ManifestKey(Backups.Path);

    public void Dispose()
    {
        _temp.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected string Sub(string name) => _temp.Sub(name);

    private protected Task<ArchiveWriter> OpenAsync(IObjectStore? store = null) => ArchiveWriter.OpenAsync(store ?? Store, Backups.Path, Options);

    private protected static async Task<ArchiveSummary> FinishAsync(ArchiveWriter writer)
    {
        await writer.RunPassAsync(databaseStopped: true);
        return await writer.FinishAsync(new ManifestFacts());
    }

    /// <summary>Writes what is missing, and proves that it comes back as it is.</summary>
    /// <returns>Bytes that were sent for it.</returns>
    private protected async Task<long> CompleteAsync()
    {
        await using var writer = await OpenAsync();
        var before = writer.BytesUploaded;
        await FinishAsync(writer);
        await ShouldRestoreAsync();
        return writer.BytesUploaded - before;
    }

    private protected async Task ShouldRestoreAsync()
    {
        var archive = await ArchiveReader.OpenAsync(Store, Backups.Path, Options.Keys);
        await new ArchiveVerifier(archive).VerifyAsync(VerificationLevel.ReadBack);
        var target = Path.Combine(_temp.Path, $"target-{_targets++}");
        await new ArchiveRestorer(archive, new RestoreOptions { TargetDirectory = target }).RestoreAsync();
        DataDirectory.Describe(target).ShouldBe(DataDirectory.Describe(Source));
    }

    /// <summary>Everything that lies in the store, unfinished uploads included.</summary>
    private protected List<string> Files() =>
        [.. Directory.EnumerateFiles(Path.Combine(_temp.Path, "store"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
}
