using BackupOperator.Archive.Native;

namespace BackupOperator.Archive.Storage.Volumes;

/// <summary>Files, as a store tells of objects.</summary>
internal static class VolumeObjects
{
    /// <returns>Null where there is none.</returns>
    /// <exception cref="IOException">It cannot be told.</exception>
    public static ObjectInfo? Find(string key, string path) => FileStat.TryFollow(path) is { Kind: EntryKind.File } stat ? Describe(key, stat) : null;

    /// <exception cref="FileNotFoundException">It has just gone.</exception>
    public static ObjectInfo Get(string key, string path) => Find(key, path) ?? throw new FileNotFoundException(null, path);

    public static ObjectInfo Describe(string key, FileStat stat) => new(key, stat.Size, null, Time(stat.ModifiedNs));

    public static DateTimeOffset Time(long nanoseconds) => DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / 100);
}
