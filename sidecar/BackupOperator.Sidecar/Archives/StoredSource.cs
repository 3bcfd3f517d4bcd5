using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Storage;
using BackupOperator.Sidecar.Reporting;

namespace BackupOperator.Sidecar.Archives;

/// <summary>A backup in the project's own format, to restore into a folder.</summary>
public sealed class StoredSource(IObjectStore store, string path, string folder, IProgressSink progress, TimeProvider time) : IBackupSource
{
    private ArchiveRestorer? _restorer;

    public async Task<SourceSummary> OpenAsync(string? digest, CancellationToken cancellationToken)
    {
        var archive = await ArchiveReader.OpenAsync(store, path, cancellationToken);
        _restorer = new ArchiveRestorer(archive, new RestoreOptions { TargetDirectory = folder, ManifestDigest = digest, Time = time });
        var summary = await _restorer.CheckAsync(cancellationToken);
        return new SourceSummary(summary.BackupId, summary.Totals.LogicalBytes, summary.Totals.Files);
    }

    public async Task RestoreAsync(CancellationToken cancellationToken)
    {
        if (_restorer is null)
        {
            throw new InvalidOperationException("The backup was not opened.");
        }

        await _restorer.RestoreAsync(new ProgressTracker(progress, time), cancellationToken);
    }

    public ValueTask DisposeAsync() => store.DisposeAsync();
}
