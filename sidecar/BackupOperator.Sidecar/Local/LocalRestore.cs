using BackupOperator.Archive.Encryption;
using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Storage;
using BackupOperator.Sidecar.Archives;
using BackupOperator.Sidecar.Native;
using BackupOperator.Sidecar.Reporting;
using BackupOperator.Sidecar.Runs;
using BackupOperator.Sidecar.Swapping;

namespace BackupOperator.Sidecar.Local;

/// <param name="Previous">Where the replaced data is; null where there was none.</param>
internal sealed record LocalRestoreResult(long Files, long LogicalBytes, string? Previous);

/// <summary>
/// Restores into a directory without Kubernetes. The files are written into a hidden folder first and moved when all
/// of them are there and right: a directory that looks like a data directory is one.
/// </summary>
internal sealed class LocalRestore(IObjectStore store, string path, string target, bool inPlace, IConsoleProgress progress, TimeProvider time)
{
    public WrappingKeys? Keys { get; init; }

    /// <summary>Whether blocks that the target has already are taken from there.</summary>
    public bool Delta { get; init; }

    private readonly SwapFolders _folders = SwapFolders.Locate(target, StableId.Of(store.Describe(path), target));

    /// <param name="digest">What the manifest must have; null accepts any.</param>
    /// <exception cref="RunException">The directory is in use or not empty, or another restore is under way in it.</exception>
    public async Task<LocalRestoreResult> RunAsync(string? digest, CancellationToken cancellationToken)
    {
        var swap = new DirectorySwap(_folders);
        RefuseForeignSwap();
        if (swap.Journal is null)
        {
            Admit();
        }

        // With a swap under way the storage is not needed any more.
        if (swap.Journal?.Source is { } begun)
        {
            using var locked = LocalLock.Take(target, write: true);
            return Swap(swap, begun);
        }

        var isNew = !Directory.Exists(target);
        progress.Step("Checking");
        var archive = await ArchiveReader.OpenAsync(store, path, Keys, cancellationToken);
        var restorer = new ArchiveRestorer(archive, new RestoreOptions { TargetDirectory = _folders.Restore, ManifestDigest = digest, SeedDirectory = Delta ? target : null, Time = time });
        var summary = await restorer.CheckAsync(cancellationToken);
        if (isNew)
        {
            CreateTarget(archive.Header.Root);
        }

        using var held = LocalLock.Take(target, write: true);
        if (swap.Journal is null)
        {
            await new PackThaw(archive, time).WaitAsync(
                thaw => progress.Step($"Waiting for the store: {thaw.Readable} of {thaw.Packs} packs are back from their archive class; this takes hours, and can be interrupted and started again"), cancellationToken);
            progress.Step("Restoring");
            await restorer.RestoreAsync(new ProgressTracker(progress, time), cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
        }

        return Swap(swap, new SourceSummary(summary.BackupId, summary.Totals.LogicalBytes, summary.Totals.Files));
    }

    private LocalRestoreResult Swap(DirectorySwap swap, SourceSummary source)
    {
        progress.Step("Swapping");
        swap.Complete(source);
        swap.Commit();
        var previous = Directory.EnumerateFileSystemEntries(_folders.Previous).Any() ? _folders.Previous : null;
        if (previous is null)
        {
            PreviousData.Remove(_folders);
        }

        return new LocalRestoreResult(source.Files, source.LogicalBytes, previous);
    }

    // A swap that was begun with other data must be ended before the entries are mixed.
    private void RefuseForeignSwap()
    {
        var other = SwapFolders.FindJournals(target).FirstOrDefault(file => file != _folders.Journal);
        if (other is not null)
        {
            throw new RunException(
                FailureReason.DataDirectoryError, ExitCode.Usage, $"Another restore into {target} was interrupted while it moved files ({other}). Finish that one first: repeat its command.");
        }
    }

    private void Admit()
    {
        if (Directory.Exists(_folders.Previous))
        {
            throw new RunException(
                FailureReason.DataDirectoryError, ExitCode.Usage, $"This backup was restored into {target} before, and {_folders.Previous} holds the data of before that. Move it away first.");
        }

        if (File.Exists(target))
        {
            throw new RunException(FailureReason.DataDirectoryError, ExitCode.Usage, $"{target} is a file; name a directory.");
        }

        var occupied = Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any(entry => !SwapFolders.IsReserved(Path.GetFileName(entry)));
        if (occupied && !inPlace)
        {
            throw new RunException(
                FailureReason.DataDirectoryError, ExitCode.Usage, $"{target} is not empty. Name a new or empty directory, or say --in-place to replace what is there.");
        }
    }

    // A directory that is made here becomes what the backed up one was.
    private void CreateTarget(ManifestRoot root)
    {
        Directory.CreateDirectory(target, (UnixFileMode)(root.Mode & 0x1FF));
        if (Environment.IsPrivilegedProcess && LibC.ChangeOwner(target, root.Uid, root.Gid) != 0)
        {
            throw LibC.LastError($"Cannot give {target} to user {root.Uid}");
        }
    }
}
