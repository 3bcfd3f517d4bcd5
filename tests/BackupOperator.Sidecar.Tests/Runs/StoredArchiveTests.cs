using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Storage.Volumes;
using BackupOperator.Archive.Writing;
using BackupOperator.Sidecar.Archives;
using BackupOperator.Sidecar.Reporting;

namespace BackupOperator.Sidecar.Tests.Runs;

/// <summary>What becomes of what is stored, when a run has failed.</summary>
public sealed class StoredArchiveTests : IDisposable
{
    private const string Path = "ns/db/one";
    private readonly string _folder = Directory.CreateTempSubdirectory("stored-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Only_what_was_never_committed_is_cleared_away_here_and_in_the_copies(bool isCommitted)
    {
        var (source, first, second) = (Sub("source"), Sub("first"), Sub("second"));
        await File.WriteAllTextAsync(System.IO.Path.Combine(source, "ibdata1"), "data");
        var copy = new VolumeObjectStore(second);
        var store = new VolumeObjectStore(first);
        var options = new ArchiveWriterOptions { BackupId = "one", SourceDirectory = source, Mirrors = [copy] };
        await using var archive = new StoredArchive(store, Path, options, new ManifestFacts(), new NoProgress(), TimeProvider.System)
        {
            Copies = new BackupCopies(store, Path, [new CopyTarget(0, "second", copy)], null, new NoProgress(), TimeProvider.System) { OwnsFirst = false },
        };
        await archive.ReadAsync(CancellationToken.None);
        if (isCommitted)
        {
            await archive.CommitAsync(new ServerFacts(), CancellationToken.None);
        }

        var before = Files();
        (await archive.AbortAsync(CancellationToken.None)).ShouldBe(!isCommitted);
        Files().Count.ShouldBe(isCommitted ? before.Count : 0);
    }

    private string Sub(string name) => Directory.CreateDirectory(System.IO.Path.Combine(_folder, name)).FullName;

    private List<string> Files() => [.. new[] { "first", "second" }.SelectMany(name => Directory.EnumerateFiles(System.IO.Path.Combine(_folder, name), "*", SearchOption.AllDirectories))];
}
