namespace BackupOperator.Sidecar.Locking;

/// <summary>
/// Locks the system tablespace of a data directory, which InnoDB keeps write-locked while it runs: holding this lock
/// proves that the database is stopped, and a server that is started meanwhile waits (a try a second for 100 s) until
/// the lock is released.
/// </summary>
public sealed class DataDirectoryLock : IDisposable
{
    private readonly IReadOnlyList<OpenFileLock> _locks;

    private DataDirectoryLock(IReadOnlyList<OpenFileLock> locks, string? unavailable)
    {
        _locks = locks;
        Unavailable = unavailable;
    }

    /// <summary>Why nothing is locked, where the data directory has nothing to lock; null while the lock is held.</summary>
    public string? Unavailable { get; }

    /// <param name="files">The InnoDB system files, absolute paths; none means that there is nothing to lock.</param>
    /// <param name="write">True where the caller is going to change the data directory.</param>
    /// <returns>Null while a server runs on the data directory.</returns>
    /// <exception cref="IOException">A file cannot be opened or locked for any other reason.</exception>
    public static DataDirectoryLock? TryTake(IReadOnlyList<string> files, string unavailable, bool write)
    {
        if (files.Count == 0)
        {
            return new DataDirectoryLock([], unavailable);
        }

        var taken = new List<OpenFileLock>();
        try
        {
            foreach (var file in files)
            {
                if (OpenFileLock.TryTake(file, write) is not { } one)
                {
                    Release(taken);
                    return null;
                }

                taken.Add(one);
            }
        }
        catch
        {
            Release(taken);
            throw;
        }

        return new DataDirectoryLock(taken, null);
    }

    /// <summary>As <see cref="TryTake"/>, and tries again for <paramref name="patience"/>: the kernel may take a moment to release the locks of a process that has just ended.</summary>
    public static async Task<DataDirectoryLock?> TakeAsync(
        IReadOnlyList<string> files, string unavailable, bool write, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        while (true)
        {
            if (TryTake(files, unavailable, write) is { } held)
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

    public void Dispose() => Release(_locks);

    private static void Release(IEnumerable<OpenFileLock> locks)
    {
        foreach (var one in locks)
        {
            one.Dispose();
        }
    }
}
