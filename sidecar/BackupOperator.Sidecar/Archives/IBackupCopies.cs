namespace BackupOperator.Sidecar.Archives;

/// <summary>The copies of a finished backup.</summary>
public interface IBackupCopies : IAsyncDisposable
{
    /// <summary>Brings each one up to date. A copy that fails is a result, and no error.</summary>
    /// <param name="digest">What the manifest must be; null where nobody recorded it.</param>
    Task<IReadOnlyList<CopyResult>> UpdateAsync(string? digest, CancellationToken cancellationToken);
}
