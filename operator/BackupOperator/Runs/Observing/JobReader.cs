namespace BackupOperator.Runs;

/// <summary>Reads a Job as the planner sees it. Pure.</summary>
internal static class JobReader
{
    /// <summary>What the API server fills in.</summary>
    private const int DefaultBackoffLimit = 6;

    public static JobObservation? Read(V1Job? job, string runUid)
    {
        if (job is null)
        {
            return null;
        }

        var complete = True(job, "Complete");
        var failed = True(job, "Failed");
        var end = failed ?? complete;
        return new JobObservation(
            job.Metadata.Uid ?? "",
            failed is not null ? JobOutcome.Failed : complete is not null ? JobOutcome.Succeeded : JobOutcome.Active,
            IsOurs: job.Metadata.OwnerReferences?.Exists(o => o.Uid == runUid) == true,
            Deleting: job.Metadata.DeletionTimestamp is not null,
            Reason: end?.Reason,
            Message: end?.Message,
            FinishedAt: end?.LastTransitionTime ?? job.Status?.CompletionTime,
            FailedPods: job.Status?.Failed ?? 0,
            Expires: job.Spec?.TtlSecondsAfterFinished is not null,
            BackoffLimit: job.Spec?.BackoffLimit ?? DefaultBackoffLimit);
    }

    private static V1Condition? True(V1Job job, string type) =>
        job.Status?.Conditions?.Find(c => c.Type == type && c.Status == "True");
}
