using BackupOperator.MySql.ServerFiles;
using BackupOperator.Sidecar.Swapping;

namespace BackupOperator.Sidecar.Runs;

/// <summary>Whether there is a data directory where the run expects one.</summary>
internal static class DataDirectoryCheck
{
    // Of every server since 5.0; MySQL 8 has mysql.ibd beside the folder mysql.
    private static readonly string[] Signs = ["ibdata1", "mysql", "mysql.ibd", "aria_log_control"];

    /// <exception cref="RunException">There is none, or it cannot be read.</exception>
    public static void Require(string directory, RunTarget target) =>
        Require(directory, $"claim {target.Claim}, folder '{target.DataSubdirectory}' (the server's {target.ServerDataDirectory})");

    /// <param name="name">How messages call it.</param>
    public static void Require(string directory, string name)
    {
        try
        {
            if (!Directory.Exists(directory))
            {
                throw Missing($"There is no data directory in {name}");
            }

            if (!Directory.EnumerateFileSystemEntries(directory).Any(path => Signs.Contains(Path.GetFileName(path))))
            {
                throw Missing($"There is no MySQL data in {name}: none of {string.Join(", ", Signs)} is there");
            }

            if (InnoDbParts.FindMissing(directory) is { } part)
            {
                throw new RunException(
                    FailureReason.DataDirectoryNotFound,
                    ExitCode.NotFound,
                    $"{part} is not in {name}, so a backup of it could not be restored. Move that part into the data directory; what lies elsewhere cannot be backed up.");
            }

            if (SwapFolders.FindJournals(directory).FirstOrDefault(file => SwapJournal.Read(file) is not { State: SwapState.Swapped }) is { } journal)
            {
                throw new RunException(
                    FailureReason.DataDirectoryError,
                    ExitCode.DataDirectoryError,
                    $"A restore was interrupted while it moved the files of {name}, so they are of two databases. Finish it or undo it first ({journal}).");
            }
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new RunException(
                FailureReason.DataDirectoryError, ExitCode.DataDirectoryError, $"The data directory in {name} cannot be read: {unreadable.Message}", retryable: true, unreadable);
        }
    }

    private static RunException Missing(string what) => new(
        FailureReason.DataDirectoryNotFound, ExitCode.NotFound, $"{what}. Name the right directory.");
}
