using BackupOperator.Archive.Encryption;
using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Storage;
using BackupOperator.Archive.Writing;
using BackupOperator.Sidecar.Archives;
using BackupOperator.Sidecar.Locking;
using BackupOperator.Sidecar.Reporting;
using BackupOperator.Sidecar.Runs;

namespace BackupOperator.Sidecar.Local;

/// <summary>Backs up the data directory of a stopped server, without Kubernetes.</summary>
internal sealed class LocalBackup(
    IObjectStore store, string path, string dataDirectory, int? compressionLevel, IConsoleProgress progress, TimeProvider time)
{
    /// <summary>Full, Incremental or Differential.</summary>
    public string Type { get; init; } = ManifestHeader.Full;

    /// <summary>The backup to build on; null for a full one.</summary>
    public string? Parent { get; init; }

    public WrappingKeys? Keys { get; init; }

    /// <param name="verify">upload, readback or none.</param>
    /// <exception cref="RunException">A server runs there, there is no data, or there is a backup at the path already.</exception>
    public async Task<BackupResult> RunAsync(string verify, CancellationToken cancellationToken)
    {
        var options = new ArchiveWriterOptions
        {
            BackupId = StableId.Of(Environment.MachineName, dataDirectory, path),
            SourceDirectory = dataDirectory,
            CompressionLevel = compressionLevel,
            Parent = Parent is { } parent ? await OpenParentAsync(parent, cancellationToken) : null,
            Keys = Keys,
            Time = time,
        };
        await using var archive = new StoredArchive(store, path, options, new ManifestFacts { DataDirectory = dataDirectory }, progress, time) { Type = Type };
        DataDirectoryCheck.Require(dataDirectory, dataDirectory);
        using var held = LocalLock.Take(dataDirectory, write: false);
        try
        {
            return await RunAsync(archive, held, verify, cancellationToken);
        }
        catch (Exception problem) when (!FailureClassifier.Classify(problem).Retryable)
        {
            // What could still be of use stays for the next attempt with the same path.
            await archive.AbortAsync(CancellationToken.None);
            throw;
        }
    }

    private async Task<ArchiveParent> OpenParentAsync(string parent, CancellationToken cancellationToken)
    {
        var (opened, reason) = await ArchiveParent.TryOpenAsync(store, parent, null, Type, Keys, cancellationToken);
        return opened ?? throw new RunException(FailureReason.InvalidSpec, ExitCode.Usage, $"No backup can build on {store.Describe(parent)}: {reason}.");
    }

    private async Task<BackupResult> RunAsync(StoredArchive archive, DataDirectoryLock held, string verify, CancellationToken cancellationToken)
    {
        progress.Step("Checking");
        if (await archive.FindCommittedAsync(cancellationToken) is not null)
        {
            throw new RunException(FailureReason.InvalidSpec, ExitCode.Usage, $"There is a backup at {store.Describe(path)} already. Name another path.");
        }

        await archive.CheckAsync(cancellationToken);
        progress.Step("Archiving");
        var server = new ServerFacts { LockUnavailable = held.Unavailable }.ReadStopped(dataDirectory);
        await archive.ReadAsync(cancellationToken);
        held.Dispose();
        progress.Step("Uploading");
        var result = await archive.CommitAsync(server.ReadGtids(), cancellationToken);
        if (verify != "none")
        {
            progress.Step("Verifying");
            await archive.VerifyAsync(verify == "readback" ? "ReadBack" : "Upload", cancellationToken);
        }

        return result;
    }
}
