using BackupOperator.Core.Backups;
using BackupOperator.Runs;

namespace BackupOperator.Pruning;

/// <summary>
/// What a run that failed has left in its storages. The sidecar removes it itself; where it was killed, or did not reach
/// the storage, a Job does. Pure.
/// </summary>
internal static class Leftovers
{
    // The operator may have been away in the one or the other.
    private static readonly BackupPhase[] Storing = [BackupPhase.Precopying, BackupPhase.Quiescing, BackupPhase.Archiving, BackupPhase.Resuming, BackupPhase.Uploading];

    /// <summary>Whether the end of this run leaves something to be deleted.</summary>
    public static bool MayBe(MySqlBackup backup) =>
        backup.Status is { Path: not null, BackupId: not null, Report: { Backup: null, Cleared: not true } report }
        && (report.Cleared == false
            || report.Failure is null
            || backup.Status.Attempt > 1
            || Storing.Any(phase => backup.Status.PhaseTimes?.ContainsKey(phase.ToString()) == true));

    /// <summary>Writes down that they are to go; once, when the run ends.</summary>
    public static void Mark(MySqlBackup backup, DateTimeOffset now)
    {
        if (MayBe(backup))
        {
            backup.Status.Pruning = new PruningStatus { Since = now, Because = "the run failed", LeftoversOnly = true };
        }
    }
}
