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
    /// <param name="verify">upload, readback or none.</param>
    /// <exception cref="RunException">A server runs there, there is no data, or there is a backup at the path already.</exception>
    public async Task<BackupResult> RunAsync(string verify, CancellationToken cancellationToken)
    {
        var options = new ArchiveWriterOptions
        {
            BackupId = StableId.Of(Environment.MachineName, dataDirectory, path),
            SourceDirectory = dataDirectory,
            CompressionLevel = compressionLevel,
            Time = time,
        };
        await using var archive = new StoredArchive(store, path, options, new ManifestFacts { DataDirectory = dataDirectory }, progress, time);
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
