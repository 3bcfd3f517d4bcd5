using BackupOperator.Archive.Native;

namespace BackupOperator.Archive.Storage.Volumes;

/// <summary>
/// The files below a folder. What cannot be looked at is an error and never nothing: whoever lists a storage concludes from
/// what is missing.
/// </summary>
internal static class VolumeWalk
{
    /// <summary>Uploads lie in hidden folders beside the objects that they become.</summary>
    public const string Uploads = ".uploads";

    // Of ext4, at its top, and only for root.
    private const string LostAndFound = "lost+found";

    /// <param name="root">The folder that is the store.</param>
    /// <param name="folder">The root, or a folder below.</param>
    /// <param name="uploads">Of uploads, instead of objects.</param>
    /// <exception cref="IOException">Something cannot be looked at.</exception>
    /// <exception cref="UnauthorizedAccessException">A folder cannot be listed.</exception>
    public static IEnumerable<(string Path, FileStat Stat)> Files(string root, string folder, bool uploads) =>
        FileStat.TryFollow(folder) is { Kind: EntryKind.Directory }
            ? Below(root, folder, uploads, isInUploads: false)
            : [];

    private static IEnumerable<(string Path, FileStat Stat)> Below(string root, string folder, bool uploads, bool isInUploads)
    {
        foreach (var path in Names(root, folder))
        {
            // What has gone since, or a link that leads nowhere.
            if (FileStat.TryFollow(path) is not { } stat)
            {
                continue;
            }

            var isUploads = Path.GetFileName(path) == Uploads;
            if (stat.Kind == EntryKind.Directory && (uploads || !isUploads))
            {
                foreach (var below in Below(root, path, uploads, isUploads))
                {
                    yield return below;
                }
            }
            else if (stat.Kind == EntryKind.File && uploads == isInUploads && (uploads || !path.EndsWith(".tmp", StringComparison.Ordinal)))
            {
                yield return (path, stat);
            }
        }
    }

    private static string[] Names(string root, string folder)
    {
        try
        {
            return Directory.GetFileSystemEntries(folder);
        }
        catch (DirectoryNotFoundException)
        {
            // Whoever deletes removes the folders that become empty.
            return [];
        }
        catch (UnauthorizedAccessException) when (folder == Path.Combine(root, LostAndFound))
        {
            return [];
        }
    }
}
