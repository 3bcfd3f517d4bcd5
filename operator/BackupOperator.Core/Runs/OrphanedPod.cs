namespace BackupOperator.Core.Runs;

/// <summary>
/// A pod that was left behind by a Job that is gone (<c>kubectl delete job --cascade=orphan</c>), and has never started:
/// nobody will end it. It holds no end up: ServiceAccount and Role go with the run, and without them it does not start, or can
/// do nothing. What starts before that is no orphan any more, and is waited for.
/// </summary>
internal static class OrphanedPod
{
    /// <summary>The pods of a Job that was deleted in the background go a moment later.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static bool Is(PodObservation pod, RunObservation o, Ending ending, DateTimeOffset now) =>
        IsLeft(pod, o) && now - RunPlanner.Latest(ending.Since, pod.CreatedAt) > Patience;

    /// <summary>What the end of a run says of such pods, and what is to be done about them; null where there is none.</summary>
    public static string? Left(RunObservation o) => o.Pods.Where(p => IsLeft(p, o)).Select(p => p.Name).ToList() is { Count: > 0 } left
        ? $"Left behind by a Job that was deleted without its pods, and never started: kubectl -n {o.Run.Namespace} delete pod {string.Join(' ', left)}."
        : null;

    private static bool IsLeft(PodObservation pod, RunObservation o) =>
        pod is { Alive: true, IsUnstarted: true } && !new[] { o.Job, o.PreflightJob, o.RollBackJob }.Any(j => j is not null && j.Uid == pod.JobUid);
}
