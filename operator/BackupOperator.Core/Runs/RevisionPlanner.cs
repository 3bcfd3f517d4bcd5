namespace BackupOperator.Core.Runs;

/// <summary>Decides whether a Job is worth another one in its place: once for each reason.</summary>
internal static class RevisionPlanner
{
    /// <summary>
    /// A restore has died between two data directories, and only its next pod can bring MySQL back. The Job controller
    /// makes that one wait, 10 s the first time; the first pod of another Job does not.
    /// </summary>
    /// <returns>Null where that is not so, where no further attempt is wanted, or where it was done before: what dies there again is to wait.</returns>
    public static Revision? AfterDeathInSwap(RunObservation o, JobObservation job) =>
        job is { Outcome: JobOutcome.Active, Deleting: false } && o.OwnMark is { Swapping: true }
        && o.Pods.Count > 0 && !o.Pods.Any(p => p.Alive) && o.Pods.Count <= job.BackoffLimit
        && !o.Revisions.Any(r => r.Reason == RunReason.SwapInterrupted)
            ? new Revision(RunReason.SwapInterrupted, "The sidecar died while it moved the data directories; another one goes on at once", job.Uid)
            : null;

    /// <returns>Null where the failure is the end of the run.</returns>
    public static Revision? Find(RunObservation o, JobObservation job, RunFailureInfo cause)
    {
        // A sidecar that has reported has begun its work; what it stored belongs to the settings that it had.
        if (o.Report is not null || o.OwnMark is not null || o.Revisions.Any(r => r.Reason == cause.Reason))
        {
            return null;
        }

        return cause.Reason switch
        {
            RunReason.WrongUser when cause.Owner is { } owner =>
                new Revision(cause.Reason, $"The data directory belongs to user {owner.User}, group {owner.Group}; the Job is replaced by one that runs as them", job.Uid, owner),
            RunReason.ReplicaUnfit when o.MayStopAll =>
                new Revision(cause.Reason, cause.Message, job.Uid, KeepsClaim: cause.IsSource),
            _ => null,
        };
    }
}
