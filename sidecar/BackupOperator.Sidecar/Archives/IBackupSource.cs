namespace BackupOperator.Sidecar.Archives;

/// <summary>A committed backup, to restore into one folder.</summary>
public interface IBackupSource : IAsyncDisposable
{
    /// <summary>Reads the manifest, checks that the packs are there with their right sizes, and that the files fit beside what is there.</summary>
    /// <param name="digest">The digest that the manifest must have; null accepts any.</param>
    /// <exception cref="Exception">There is no such backup, it is not to be trusted, or there is not enough room.</exception>
    Task<SourceSummary> OpenAsync(string? digest, CancellationToken cancellationToken);

    /// <summary>
    /// Writes the files into the folder, each block checked; blocks that an earlier attempt has left there and that are
    /// right are kept. The files are durable when it returns.
    /// </summary>
    Task RestoreAsync(CancellationToken cancellationToken);
}

/// <param name="LogicalBytes">The sizes of all files.</param>
public sealed record SourceSummary(string BackupId, long LogicalBytes, long Files);
