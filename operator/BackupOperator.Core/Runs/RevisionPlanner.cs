namespace BackupOperator.Core.Runs;

/// <summary>Decides whether a Job that has failed is worth another one with other settings: once for each reason.</summary>
internal static class RevisionPlanner
{
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
                new Revision(cause.Reason, cause.Message, job.Uid),
            _ => null,
        };
    }
}
