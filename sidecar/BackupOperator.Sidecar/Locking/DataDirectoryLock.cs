using BackupOperator.MySql.ServerFiles;

namespace BackupOperator.Sidecar.Locking;

/// <summary>
/// Locks the system tablespace of a data directory, which InnoDB keeps write-locked while it runs: holding this lock
/// proves that the database is stopped. A MySQL that is started meanwhile waits (a try a second for 100 s) until the
/// lock is released; a MariaDB gives up at once, so the lock goes before the scale-up.
/// </summary>
public sealed class DataDirectoryLock : IDisposable
{
    private readonly OpenFileLock? _lock;

    private DataDirectoryLock(OpenFileLock? held, string? unavailable)
    {
        _lock = held;
        Unavailable = unavailable;
    }

    /// <summary>Why nothing is locked, where the data directory has nothing to lock; null while the lock is held.</summary>
    public string? Unavailable { get; }

    /// <param name="write">True where the caller is going to change the data directory.</param>
    /// <returns>Null while a server runs on the data directory.</returns>
    /// <exception cref="IOException">The file cannot be opened or locked for any other reason.</exception>
    public static DataDirectoryLock? TryTake(string dataDirectory, bool write)
    {
        if (InnoDbSystemFiles.Find(dataDirectory) is not { } file)
        {
            return new DataDirectoryLock(
                null, $"there is no InnoDB system tablespace in {dataDirectory} (innodb_data_home_dir or innodb_data_file_path may place it elsewhere)");
        }

        return OpenFileLock.TryTake(file, write) is { } held ? new DataDirectoryLock(held, null) : null;
    }

    /// <summary>
    /// As <see cref="TryTake"/>, and tries again for <paramref name="patience"/>: the kernel may take a moment to
    /// release the locks of a process that has just ended.
    /// </summary>
    public static async Task<DataDirectoryLock?> TakeAsync(
        string dataDirectory, bool write, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        while (true)
        {
            if (TryTake(dataDirectory, write) is { } held)
            {
                return held;
            }

            if (time.GetElapsedTime(since) >= patience)
            {
                return null;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancellationToken);
        }
    }

    public void Dispose() => _lock?.Dispose();
}
