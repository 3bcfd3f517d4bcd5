using System.Text.Json;
using BackupOperator.Jobs;
using BackupOperator.Kubernetes.Serialization;

namespace BackupOperator.Runs;

/// <summary>Reads a pod of a run as the planner sees it. Pure.</summary>
internal static class PodReader
{
    private const int LongestMessage = 500;

    /// <summary>
    /// What the scheduler's words have in common ("node has pod using PersistentVolumeClaim with the same name and
    /// ReadWriteOncePod access mode", since 1.36 "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod
    /// access mode already in-use by another pod"; plugin VolumeRestrictions). It looks at room, taints and affinity first.
    /// </summary>
    private const string ExclusiveClaim = "ReadWriteOncePod";

    /// <summary>A pod that should be gone for this long is taken for dead: its node does not answer.</summary>
    private static readonly TimeSpan LostAfter = TimeSpan.FromMinutes(1);

    public static PodObservation Read(V1Pod pod, DateTimeOffset now)
    {
        var container = pod.Status?.ContainerStatuses?.Find(c => c.Name == JobTemplate.ContainerName);
        var terminated = container?.State?.Terminated;
        var phase = pod.Status?.Phase;
        var over = phase is "Succeeded" or "Failed" || terminated is not null;
        var lost = !over && IsLost(pod, now);
        return new PodObservation(
            pod.Metadata.Name ?? "",
            pod.Metadata.CreationTimestamp ?? now,
            Alive: !over && !lost,
            WaitingFor: over ? null : WaitsFor(pod, container),
            Termination: over ? Termination(pod, terminated) : null,
            WaitsForClaim: !over && Unscheduled(pod)?.Message?.Contains(ExclusiveClaim, StringComparison.Ordinal) == true,
            IsLost: lost,
            JobUid: pod.Metadata.OwnerReferences?.Find(o => o.Controller == true)?.Uid,
            LingersSince: KeptBy(pod, terminated) is null ? null : terminated!.FinishedAt ?? now,
            KeptBy: KeptBy(pod, terminated),
            IsUnstarted: IsUnstarted(pod));
    }

    /// <summary>The deletion timestamp is when the time of grace ends; a pod that is there long after it runs on a node nobody hears of.</summary>
    public static bool IsLost(V1Pod pod, DateTimeOffset now) =>
        pod.Metadata.DeletionTimestamp is { } gone && now - gone > LostAfter;

    /// <summary>When the end of a pod was asked for; null where it was not.</summary>
    public static DateTimeOffset? EndsSince(V1Pod pod) =>
        pod.Metadata.DeletionTimestamp - TimeSpan.FromSeconds(pod.Metadata.DeletionGracePeriodSeconds ?? 0);

    private static bool IsUnstarted(V1Pod pod) =>
        pod.Metadata.DeletionTimestamp is null && pod.Status?.Phase is null or "" or "Pending"
        && !(pod.Status?.InitContainerStatuses ?? []).Concat(pod.Status?.ContainerStatuses ?? [])
            .Any(c => c.State?.Running is not null || c.State?.Terminated is not null || c.LastState?.Terminated is not null);

    /// <summary>The containers that go on beside a sidecar that has ended; null where the pod ends with it.</summary>
    private static string? KeptBy(V1Pod pod, V1ContainerStateTerminated? terminated)
    {
        // One that is being ended will not stay.
        if (terminated is null || pod.Status?.Phase is "Succeeded" or "Failed" || pod.Metadata.DeletionTimestamp is not null)
        {
            return null;
        }

        var others = pod.Status?.ContainerStatuses?.Where(c => c.State?.Terminated is null).Select(c => $"container {c.Name}").ToList();
        return others is { Count: > 0 } ? string.Join(", ", others) : null;
    }

    private static V1Condition? Unscheduled(V1Pod pod) =>
        pod.Status?.Conditions?.Find(c => c is { Type: "PodScheduled", Status: "False" });

    private static string? WaitsFor(V1Pod pod, V1ContainerStatus? container)
    {
        if (container?.State?.Running is not null || pod.Status?.Phase is "Running")
        {
            return null;
        }

        if (Unscheduled(pod) is { } unscheduled)
        {
            return Join(unscheduled.Reason, unscheduled.Message) + (JobPlacement.NodeOf(pod.Spec?.Affinity) is { } node
                ? $"; it must run on node {node}, where the claim of the database is: make room there, or uncordon it"
                : "");
        }

        return container?.State?.Waiting is { } waiting ? Join(waiting.Reason, waiting.Message) : "it has not been started yet";
    }

    private static ContainerTermination? Termination(V1Pod pod, V1ContainerStateTerminated? terminated)
    {
        // An eviction is told of the pod; its container only shows the signal.
        if (pod.Status is { Phase: "Failed", Reason: { Length: > 0 } reason } status)
        {
            return new ContainerTermination(terminated?.ExitCode, terminated?.Signal, reason, Short(status.Message), Failure(terminated?.Message));
        }

        return terminated is null
            ? null
            : new ContainerTermination(
                terminated.ExitCode, terminated.Signal, terminated.Reason,
                Failure(terminated.Message) is null ? Short(terminated.Message) : null, Failure(terminated.Message));
    }

    private static RunFailureInfo? Failure(string? message)
    {
        if (message?.TrimStart().StartsWith('{') != true)
        {
            return null;
        }

        try
        {
            return KubernetesJson.Deserialize<RunFailure>(message) is { } failure
                ? new RunFailureInfo(failure.Reason, failure.Message, failure.Retryable, failure.Owner, failure.IsSource)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Short(string? text) =>
        text is { Length: > LongestMessage } ? text[..LongestMessage] + "…" : string.IsNullOrWhiteSpace(text) ? null : text;

    private static string Join(string? reason, string? message) =>
        string.IsNullOrEmpty(message) ? reason ?? "unknown" : string.IsNullOrEmpty(reason) ? message : $"{reason}: {message}";
}
