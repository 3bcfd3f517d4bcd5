using BackupOperator.Sidecar.Swapping;

namespace BackupOperator.Sidecar.Runs;

/// <summary>Removes the folders that a restore has left in the data directory, and nothing else.</summary>
internal static class PreviousData
{
    /// <summary>Removes the data that a finished restore has replaced, and what else is left of it.</summary>
    /// <exception cref="RunException">The restore is not finished: this data may be needed again.</exception>
    public static void Remove(SwapFolders folders)
    {
        if (new DirectorySwap(folders).Journal is { } journal)
        {
            throw new RunException(
                FailureReason.DataDirectoryError,
                ExitCode.Usage,
                $"{folders.Previous} is not removed: the restore that made it is not over ({journal.State}).");
        }

        RemoveFolder(folders, folders.Restore);
        RemoveFolder(folders, folders.Previous);
    }

    /// <summary>
    /// Removes what other restores have downloaded and never put in place: there is one run at a time for a target, so
    /// nobody waits for it any more.
    /// </summary>
    public static void RemoveAbandoned(SwapFolders folders)
    {
        foreach (var other in SwapFolders.FindOthers(folders).Where(other => !File.Exists(other.Journal)))
        {
            RemoveFolder(other, other.Restore);
        }
    }

    /// <summary>Removes restored data that was never put in place, or was taken out again.</summary>
    public static void RemoveRestored(SwapFolders folders) => RemoveFolder(folders, folders.Restore);

    private static void RemoveFolder(SwapFolders folders, string path)
    {
        var folder = new DirectoryInfo(path);
        if (folder.LinkTarget is not null || folder.Parent!.LinkTarget is not null)
        {
            throw new RunException(
                FailureReason.DataDirectoryError, ExitCode.Usage, $"{path} is a symbolic link and not a folder that a restore made; it is left alone.");
        }

        if (folder.Exists)
        {
            // Does not follow links inside.
            folder.Delete(recursive: true);
        }

        if (Directory.Exists(folders.Container) && !Directory.EnumerateFileSystemEntries(folders.Container).Any())
        {
            Directory.Delete(folders.Container);
        }
    }
}
