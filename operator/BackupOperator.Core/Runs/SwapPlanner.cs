namespace BackupOperator.Core.Runs;

/// <summary>
/// Closes the swap of a restore whose sidecar is gone for good, by a Job of its own: back to the old data, or forward
/// where the result is known already. Otherwise the outcome would say one thing, and MySQL run on another.
/// </summary>
internal static class SwapPlanner
{
    /// <returns>Null where no swap is open, or nothing more can be done about it without starting MySQL.</returns>
    public static RunDecision? Decide(RunObservation o, Ending ending, DateTimeOffset now)
    {
        // The mark forbids a start; the report alone says that the data is of a run that has not succeeded.
        var forbidden = o.OwnMark is { Swapping: true };
        if (!forbidden && !(IsReported(o) && IsSameTarget(o)))
        {
            return null;
        }

        if (ending.SidecarGoneAt is not { } goneAt)
        {
            return EndingPlanner.Wait(o, ending with { SidecarGoneAt = now }, "Closing the swap of the data directories");
        }

        // Where its Job cannot be made for as long, a deletion is not held up for ever: the guard has the mark, and calls a person.
        if (o.RollBackJob is null && !(o.Deleting && now - goneAt > o.Limits.Resume))
        {
            return EndingPlanner.Wait(o, ending, "Closing the swap of the data directories") with
            {
                Actions = [new RunAction.CreateAccess(), new RunAction.CreateJob(JobPurpose.RollBack)],
            };
        }

        return forbidden ? EndingPlanner.Over(o, ending, databaseNotRestored: true) : null;
    }

    /// <summary>Whether MySQL must not be started by someone who does not know the journal.</summary>
    public static bool MayBeOpen(RunObservation o) => o.Report?.SwapOpen ?? o.Report?.Step is SidecarStep.Swapping or SidecarStep.RollingBack;

    /// <summary>What the end of a run says of a swap that nobody could close; null where there is none.</summary>
    public static string? Left(RunObservation o) => IsReported(o) && !o.Report!.HasResult
        ? "The swap of the data directories is not undone: the server may find the restored data. "
            + $"The data of before is in its data directory, in .mysqlbackup-{o.Run.Uid} (MariaDB: #sql-mysqlbackup-{o.Run.Uid})."
        : null;

    private static bool IsReported(RunObservation o) => o.Report is { SwapOpen: true };

    private static bool IsSameTarget(RunObservation o) => o.Target is { } target && target.Uid == o.IntendedTargetUid;
}
