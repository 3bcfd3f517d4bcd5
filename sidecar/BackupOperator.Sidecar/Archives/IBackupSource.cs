namespace BackupOperator.Sidecar.Archives;

/// <summary>A committed backup, to restore from.</summary>
public interface IBackupSource : IAsyncDisposable
{
    /// <summary>Reads the manifest, and checks that the packs are there with their right sizes.</summary>
    /// <param name="digest">The digest that the manifest must have; null accepts any.</param>
    /// <exception cref="RunException">There is no such backup, or it is not to be trusted.</exception>
    Task<SourceSummary> OpenAsync(string? digest, CancellationToken cancellationToken);

    /// <summary>
    /// Writes the files into a folder, each block checked; whole files that an earlier attempt has left there and that
    /// are right are kept. The files are durable when it returns.
    /// </summary>
    Task RestoreAsync(string folder, CancellationToken cancellationToken);
}

/// <param name="LogicalBytes">The sizes of all files.</param>
/// <param name="DataBytes">What they take on the disk, without holes.</param>
public sealed record SourceSummary(string BackupId, long LogicalBytes, long DataBytes, long Files);
