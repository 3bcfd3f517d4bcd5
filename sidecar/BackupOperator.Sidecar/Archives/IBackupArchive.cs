namespace BackupOperator.Sidecar.Archives;

/// <summary>One backup on its way into a storage, as the steps of a run see it.</summary>
public interface IBackupArchive : IAsyncDisposable
{
    /// <summary>Proves that the storage takes, gives back and deletes an object.</summary>
    /// <exception cref="RunException">It does not; the message says why.</exception>
    Task CheckAsync(CancellationToken cancellationToken);

    /// <returns>The backup as an earlier attempt has committed it; null where there is no manifest yet.</returns>
    Task<BackupResult?> FindCommittedAsync(CancellationToken cancellationToken);

    /// <summary>Stores the blocks of files that are still being written to: candidates, which <see cref="ReadAsync"/> checks again.</summary>
    Task PrecopyAsync(CancellationToken cancellationToken);

    /// <summary>Reads the files of the stopped database; ends when the last byte is read, which may be before it is stored.</summary>
    Task ReadAsync(CancellationToken cancellationToken);

    /// <summary>Stores what is left, and then the manifest: the backup is committed.</summary>
    Task<BackupResult> CommitAsync(ServerFacts server, CancellationToken cancellationToken);

    /// <summary>Brings the copies of the committed backup up to date. One that fails is a result, and no error.</summary>
    Task<IReadOnlyList<CopyResult>> CopyAsync(CancellationToken cancellationToken);

    /// <summary>Says of all copies that they are for a Job of their own.</summary>
    /// <param name="reason">Why, as in "left to a Job of its own, because …".</param>
    IReadOnlyList<CopyResult> PostponeCopies(string reason);

    /// <summary>Has the buckets of the backup move its packs as they get older.</summary>
    /// <returns>What became of it; null where nobody asked for it. A store that refuses is a result, and no error.</returns>
    Task<TiersResult?> ApplyTiersAsync(CancellationToken cancellationToken) => Task.FromResult<TiersResult?>(null);

    /// <param name="level">None, Upload or ReadBack.</param>
    Task VerifyAsync(string level, CancellationToken cancellationToken);

    /// <summary>Removes what is stored of a backup that will never be committed.</summary>
    /// <returns>
    /// False where this attempt has not come so far as to know of anything (an earlier one may have left something), and where
    /// everything stays because it is or may be committed, or is another attempt's.
    /// </returns>
    Task<bool> AbortAsync(CancellationToken cancellationToken);
}
