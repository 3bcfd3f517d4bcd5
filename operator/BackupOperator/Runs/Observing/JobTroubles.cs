namespace BackupOperator.Runs;

/// <summary>Finds out why a Job gets no pod: a quota, a policy or a webhook that refuses pods is told by events of the Job only.</summary>
internal static class JobTroubles
{
    private const string Refused = "FailedCreate";

    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(5);

    /// <param name="read">The Job as the planner sees it.</param>
    /// <param name="pods">Of the run; they were read after the Job.</param>
    public static async Task<JobObservation?> AddAsync(
        IKubernetesClient client, V1Job? job, JobObservation? read, IEnumerable<V1Pod> pods, DateTimeOffset now, CancellationToken cancellationToken) =>
        job is not null && read is { Outcome: JobOutcome.Active, IsOurs: true, Deleting: false }
        && now - job.Metadata.CreationTimestamp > Usual
        && !pods.Any(p => p.IsOwnedBy(job) && PodReader.Read(p, now).Alive)
        && await Warnings.LastAsync(client, job, Refused, cancellationToken) is { } trouble
            ? read with { Trouble = trouble }
            : read;
}
