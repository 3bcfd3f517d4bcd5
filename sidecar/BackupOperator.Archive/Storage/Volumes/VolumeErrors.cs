namespace BackupOperator.Archive.Storage.Volumes;

/// <summary>What an error of the file system means to a store.</summary>
internal static class VolumeErrors
{
    // errno, as .NET keeps it in HResult or as our own calls pass it.
    private const int NotPermitted = 1;
    private const int AccessDenied = 13;
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;
    private const int ReadOnly = 30;
    private const int InputOutput = 5;
    private const int TimedOut = 110;
    private const int StaleHandle = 116;

    /// <summary>An upload whose files are gone.</summary>
    public static StorageException Lost(StorageException missing) =>
        new(StorageFailure.Lost, $"{missing.Message} The upload is gone, or a part of it; the next attempt writes it again.", missing);

    public static StorageException Translate(Exception error, string what) => error switch
    {
        FileNotFoundException or DirectoryNotFoundException => new(StorageFailure.NotFound, $"{what}: there is no such file.", error),
        UnauthorizedAccessException or FormatException => Refused(error, what),
        _ => (error.HResult & 0xFFFF) switch
        {
            NotPermitted or AccessDenied => Refused(error, what),
            NoSpace or QuotaExceeded => new(StorageFailure.Full, $"{what}: the volume is full. Make room, or enlarge the claim.", error),
            ReadOnly => new(StorageFailure.Refused, $"{what}: the volume is read-only.", error),
            InputOutput => new(StorageFailure.Unavailable, $"{what}: the disk behind the volume fails ({error.Message}). Look at the node's kernel log, or at the storage server.", error),
            TimedOut or StaleHandle =>
                new(StorageFailure.Unavailable, $"{what}: the server behind the volume went away ({error.Message}). Look at it; the next attempt goes on where this one was.", error),
            _ => new(StorageFailure.Unavailable, $"{what}: {error.Message}", error),
        },
    };

    /// <summary>Does some work of a store on another thread: disks answer in their own time, and the caller goes on.</summary>
    public static Task<T> GuardAsync<T>(string what, Func<T> work) => GuardAsync(what, () => Task.FromResult(work()));

    public static async Task<T> GuardAsync<T>(string what, Func<Task<T>> work)
    {
        try
        {
            return await Task.Run(work);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException)
        {
            throw Translate(error, what);
        }
    }

    private static StorageException Refused(Exception error, string what) =>
        new(StorageFailure.Refused, $"{what}: {error.Message.TrimEnd('.')}. Give the pod's user the right to write there.", error);
}
