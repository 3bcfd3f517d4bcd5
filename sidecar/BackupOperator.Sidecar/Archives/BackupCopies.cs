using BackupOperator.Archive.Copying;
using BackupOperator.Archive.Encryption;
using BackupOperator.Archive.Storage;
using BackupOperator.Sidecar.Reporting;
using Microsoft.Extensions.Logging;

namespace BackupOperator.Sidecar.Archives;

/// <summary>The copies of a backup, one after the other: so they need the memory of one.</summary>
/// <param name="from">The first storage.</param>
/// <param name="keys">The keys of encrypted backups, if they are at hand.</param>
public sealed class BackupCopies(
    IObjectStore from, string path, IReadOnlyList<CopyTarget> targets, WrappingKeys? keys, IProgressSink progress, TimeProvider time, ILogger? logger = null) : IBackupCopies
{
    /// <summary>Whether the first storage is disposed with them.</summary>
    public bool OwnsFirst { get; init; } = true;

    public async Task<IReadOnlyList<CopyResult>> UpdateAsync(string? digest, CancellationToken cancellationToken)
    {
        var results = new List<CopyResult>();
        foreach (var target in targets)
        {
            var problem = target.Problem ?? await TryUpdateAsync(target, digest, cancellationToken);
            results.Add(new CopyResult(target.Index, target.Location, problem));
            if (problem is not null)
            {
                logger?.LogWarning("Copy {Index} at {Location} is not complete: {Cause}", target.Index, target.Location, problem);
            }
        }

        return results;
    }

    /// <summary>Says of all that they are not complete yet, without looking.</summary>
    public IReadOnlyList<CopyResult> Postpone(string reason) =>
        [.. targets.Select(target => new CopyResult(target.Index, target.Location, target.Problem ?? $"{target.Location}: left to a Job of its own, because {reason}"))];

    /// <summary>Removes what mirrors have stored of a backup that will never be committed.</summary>
    public async Task AbortAsync(CancellationToken cancellationToken)
    {
        foreach (var target in targets.Where(target => target.Store is not null))
        {
            try
            {
                await ArchiveCopier.RemoveUnfinishedAsync(target.Store!, path, cancellationToken);
            }
            catch (StorageException left)
            {
                logger?.LogWarning("What was stored at {Location} could not be removed: {Cause}", target.Location, left.Message);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var target in targets.Where(target => target.Store is not null))
        {
            await target.Store!.DisposeAsync();
        }

        if (OwnsFirst)
        {
            await from.DisposeAsync();
        }
    }

    private async Task<string?> TryUpdateAsync(CopyTarget target, string? digest, CancellationToken cancellationToken)
    {
        try
        {
            var copier = new ArchiveCopier(from, target.Store!, path, new CopyOptions { ManifestDigest = digest, Keys = keys, Time = time });
            var summary = await copier.RunAsync(new ProgressTracker(progress, time), cancellationToken);
            logger?.LogInformation("Copy {Index} at {Location} is complete: {Bytes} bytes were sent", target.Index, target.Location, summary.BytesCopied);
            return null;
        }
        catch (Exception problem) when (problem is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return $"{target.Location}: {FailureClassifier.Classify(problem).Message}";
        }
    }
}
