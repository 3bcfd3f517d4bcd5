using BackupOperator.Archive.Encryption;
using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Storage;
using BackupOperator.Sidecar.Reporting;

namespace BackupOperator.Sidecar.Archives;

/// <summary>A backup in the project's own format, to restore into a folder.</summary>
/// <param name="seed">A directory whose blocks are taken where they are equal; null to fetch all.</param>
public sealed class StoredSource(
    IObjectStore store, string path, string folder, string? seed, WrappingKeys? keys, IProgressSink progress, TimeProvider time) : IBackupSource
{
    private ArchiveReader? _archive;
    private ArchiveRestorer? _restorer;

    public async Task<SourceSummary> OpenAsync(string? digest, CancellationToken cancellationToken)
    {
        var archive = await ArchiveReader.OpenAsync(store, path, keys, cancellationToken);
        _archive = archive;
        _restorer = new ArchiveRestorer(archive, new RestoreOptions { TargetDirectory = folder, ManifestDigest = digest, SeedDirectory = seed, Time = time });
        var summary = await _restorer.CheckAsync(cancellationToken);
        return new SourceSummary(summary.BackupId, summary.Totals.LogicalBytes, summary.Totals.Files);
    }

    public async Task RestoreAsync(CancellationToken cancellationToken)
    {
        if (_restorer is null || _archive is null)
        {
            throw new InvalidOperationException("The backup was not opened.");
        }

        await new PackThaw(_archive, time).WaitAsync(thaw => progress.Thaw(new ThawReport(thaw.Packs, thaw.Readable, thaw.Since)), cancellationToken);
        await _restorer.RestoreAsync(new ProgressTracker(progress, time), cancellationToken);
    }

    public ValueTask DisposeAsync() => store.DisposeAsync();
}
