using BackupOperator.Sidecar.Archives;
using BackupOperator.Sidecar.Swapping;

namespace BackupOperator.Sidecar.Runs;

/// <summary>Whether the restored files fit beside the old ones.</summary>
internal static class FreeSpace
{
    /// <summary>MySQL goes on writing while the files are restored.</summary>
    private const long Reserve = 64L << 20;

    /// <exception cref="RunException">They do not.</exception>
    public static void Require(SwapFolders folders, SourceSummary summary, RunTarget target)
    {
        var free = new DriveInfo(folders.Data).AvailableFreeSpace;
        var needed = summary.DataBytes - Present(folders.Restore) + Reserve;
        if (needed > free)
        {
            throw new RunException(
                FailureReason.TargetFull,
                ExitCode.TargetFull,
                $"Claim {target.Claim} has {Mebibytes(free)} MiB left, and the restored data needs {Mebibytes(needed)} MiB beside the old data. "
                + "Enlarge the claim, or remove data of earlier restores.");
        }
    }

    // Of an earlier attempt.
    private static long Present(string folder) =>
        Directory.Exists(folder) ? new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length) : 0;

    private static long Mebibytes(long bytes) => bytes >> 20;
}
