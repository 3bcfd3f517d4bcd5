using BackupOperator.Runs;

namespace BackupOperator.Guard;

/// <summary>Says what Kubernetes knows of why MySQL does not answer: how its pod is, and the last warning about it.</summary>
internal static class DatabaseTrouble
{
    public static async Task<string> FindAsync(IKubernetesClient client, V1StatefulSet set, string podName, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var pod = await client.GetAsync<V1Pod>(podName, set.Metadata.Namespace, cancellationToken);
        IKubernetesObject about = pod is null ? set : pod;
        var state = pod is null ? "does not exist" : Describe(pod, now);
        return await Warnings.LastAsync(client, about, reason: null, cancellationToken) is { } warning
            ? $"pod {podName} {state}; the last warning: {warning}"
            : $"pod {podName} {state}";
    }

    /// <summary>Pure.</summary>
    public static string Describe(V1Pod pod, DateTimeOffset now)
    {
        if (pod.Metadata.DeletionTimestamp is not null)
        {
            return PodReader.IsLost(pod, now) ? $"should have ended long ago: node {pod.Spec?.NodeName} may be lost" : "is being ended";
        }

        if (Condition(pod, "PodScheduled") is { Status: "False" } unscheduled)
        {
            return $"has no node: {Join(unscheduled.Reason, unscheduled.Message)}";
        }

        var containers = (pod.Status?.InitContainerStatuses ?? []).Concat(pod.Status?.ContainerStatuses ?? []);
        if (containers.FirstOrDefault(c => c.State?.Waiting is not null) is { State.Waiting: { } waiting } container)
        {
            var end = container.LastState?.Terminated is { } last ? $"; it ended with {last.Reason ?? "an error"} (exit code {last.ExitCode}) before" : "";
            return $"waits in container {container.Name}: {Join(waiting.Reason, waiting.Message)}{end}";
        }

        return pod.Status?.Phase switch
        {
            "Running" => Condition(pod, "Ready") is { Status: "True" } ? "is ready, and MySQL in it does not answer" : "runs and is not ready",
            "Succeeded" or "Failed" => $"has ended: {Join(pod.Status.Reason, pod.Status.Message)}",
            _ => "has not been started yet",
        };
    }

    private static V1Condition? Condition(V1Pod pod, string type) => pod.Status?.Conditions?.Find(c => c.Type == type);

    private static string Join(string? reason, string? message) => string.Join(": ", new[] { reason, message }.Where(t => !string.IsNullOrEmpty(t)).DefaultIfEmpty("nobody says why"));
}
