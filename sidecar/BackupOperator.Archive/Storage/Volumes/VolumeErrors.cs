namespace BackupOperator.Archive.Storage.Volumes;

/// <summary>What an error of the file system means to a store.</summary>
internal static class VolumeErrors
{
    // errno, as .NET keeps it in HResult or as our own calls pass it.
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;
    private const int ReadOnly = 30;

    public static StorageException Translate(Exception error, string what) => error switch
    {
        FileNotFoundException or DirectoryNotFoundException => new(StorageFailure.NotFound, $"{what}: there is no such file.", error),
        UnauthorizedAccessException or FormatException => new(StorageFailure.Refused, $"{what}: {error.Message} Give the pod's user the right to write there.", error),
        _ => (error.HResult & 0xFFFF) switch
        {
            NoSpace or QuotaExceeded => new(StorageFailure.Full, $"{what}: the volume is full. Make room, or enlarge the claim.", error),
            ReadOnly => new(StorageFailure.Refused, $"{what}: the volume is read-only.", error),
            _ => new(StorageFailure.Unavailable, $"{what}: {error.Message}", error),
        },
    };
}
