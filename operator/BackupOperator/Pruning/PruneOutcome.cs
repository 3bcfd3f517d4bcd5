using System.Text.Json;
using BackupOperator.Kubernetes.Serialization;
using BackupOperator.Runs;

namespace BackupOperator.Pruning;

/// <summary>What became of the backups of a finished Job. Pure.</summary>
internal static class PruneOutcome
{
    /// <param name="count">Of the backups that it was asked to delete.</param>
    /// <param name="pods">Those of the Job.</param>
    /// <returns>By their places, what is left and why; everything else is gone.</returns>
    public static IReadOnlyDictionary<int, PruneProblem> Left(V1Job job, int count, IEnumerable<V1Pod> pods, DateTimeOffset now)
    {
        var ended = JobReader.Read(job, runUid: "")!;
        if (ended.Outcome == JobOutcome.Succeeded)
        {
            return new Dictionary<int, PruneProblem>();
        }

        var last = Last(job, pods);
        if (Told(last) is { } report)
        {
            return report.Left.Where(l => l.Index >= 0 && l.Index < count).DistinctBy(l => l.Index).ToDictionary(l => l.Index);
        }

        // How far it has come is not known: all of it is repeated.
        var why = PostMortem.Explain(ended, last is null ? null : PodReader.Read(last, now), report: null).Message;
        return Enumerable.Range(0, count).ToDictionary(i => i, i => new PruneProblem(i, why));
    }

    /// <summary>How many folders it removed that no backup was in.</summary>
    public static int Swept(V1Job job, IEnumerable<V1Pod> pods) => Told(Last(job, pods))?.Swept ?? 0;

    private static V1Pod? Last(V1Job job, IEnumerable<V1Pod> pods) => pods.Where(p => p.IsOwnedBy(job)).MaxBy(p => p.Metadata.CreationTimestamp);

    private static PruneReport? Told(V1Pod? pod) => Read(pod?.Status?.ContainerStatuses?.Find(c => c.Name == Jobs.JobTemplate.ContainerName)?.State?.Terminated?.Message);

    private static PruneReport? Read(string? message)
    {
        if (message?.TrimStart().StartsWith("{\"left\"", StringComparison.Ordinal) != true)
        {
            return null;
        }

        try
        {
            return KubernetesJson.Deserialize<PruneReport>(message);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
