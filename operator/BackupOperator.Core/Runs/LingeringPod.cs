namespace BackupOperator.Core.Runs;

/// <summary>
/// A pod whose sidecar has ended and that does not end itself, because something has put another container beside it: its
/// Job would go on until its deadline. What the sidecar did counts instead.
/// </summary>
internal static class LingeringPod
{
    /// <summary>A proxy that ends with its pod's work needs a moment.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>What keeps a pod from ending, and the way out; null where nothing does.</summary>
    public static string? Describe(PodObservation? pod) => pod?.KeptBy is { } others
        ? $"Pod {pod.Name} is kept from ending by {others}, which is none of the run's: keep it out by spec.job.annotations or spec.job.labels."
        : null;

    /// <returns>The Job as it would be without the other container; as it is, where none holds it up.</returns>
    public static JobObservation? Settle(JobObservation? job, IEnumerable<PodObservation> pods, DateTimeOffset now)
    {
        if (job is not { IsOurs: true, Outcome: JobOutcome.Active }
            || pods.Where(p => p.JobUid == job.Uid).MaxBy(p => (p.CreatedAt, p.Alive)) is not { LingersSince: { } since, Termination: { } end }
            || now - since <= Patience)
        {
            return job;
        }

        return end.ExitCode == 0
            ? job with { Outcome = JobOutcome.Succeeded, FinishedAt = since }
            : job with { Outcome = JobOutcome.Failed, FinishedAt = since, FailedPods = job.FailedPods + 1 };
    }
}
