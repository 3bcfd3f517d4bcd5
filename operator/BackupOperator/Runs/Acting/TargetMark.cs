using System.Text.Json.Nodes;
using BackupOperator.Core.Durations;

namespace BackupOperator.Runs;

/// <summary>The mark of a run on its target, where the operator itself puts it there.</summary>
internal static class TargetMark
{
    /// <summary>Stops MySQL as a sidecar does: mark and replicas in one patch.</summary>
    /// <exception cref="RejectedException">Its claims would be deleted with the pods.</exception>
    public static Task StopAsync(IKubernetesClient client, IRunEntity run, V1StatefulSet set, TargetStop stop, CancellationToken cancellationToken)
    {
        if (set.Spec?.PersistentVolumeClaimRetentionPolicy?.WhenScaled == "Delete")
        {
            throw new RejectedException(
                FailureReason.TargetChanged,
                $"StatefulSet {set.Metadata.Namespace}/{set.Metadata.Name} would delete its claims when it is scaled down: set spec.persistentVolumeClaimRetentionPolicy.whenScaled to Retain");
        }

        var deadline = stop.At + DurationText.Parse(run.RunSpec.AllowedDowntime) + QuiesceMark.DeadlineSlack;
        var mark = Build(run, stop.Pod, stop.At, deadline, swapping: false);
        return PatchAsync(client, set, mark, mark.QuiescedReplicas, cancellationToken);
    }

    /// <summary>Marks the StatefulSet again as it was marked, where someone has taken that away, with a deadline that has passed: the guard acts at once.</summary>
    public static Task RestoreAsync(IKubernetesClient client, IRunEntity run, V1StatefulSet set, bool swapping, CancellationToken cancellationToken)
    {
        var (report, stop) = (run.RunStatus.Report, run.RunStatus.Target?.Stop);
        var since = report?.StoppedAt ?? stop?.Time ?? throw new InvalidOperationException("nobody has stopped the target");
        return PatchAsync(client, set, Build(run, report?.Pod ?? stop?.Pod ?? "", since, since, swapping), replicas: null, cancellationToken);
    }

    private static QuiesceMark Build(IRunEntity run, string pod, DateTimeOffset since, DateTimeOffset deadline, bool swapping) => new()
    {
        Run = run.Metadata.Uid!,
        Kind = run.Kind!,
        Name = run.Metadata.Name!,
        Pod = pod,
        Replicas = run.RunStatus.Target?.Replicas ?? 1,
        QuiescedReplicas = run.RunStatus.Target?.QuiescedReplicas ?? 0,
        Since = since,
        Deadline = deadline,
        Swapping = swapping,
    };

    private static async Task PatchAsync(IKubernetesClient client, V1StatefulSet set, QuiesceMark mark, int? replicas, CancellationToken cancellationToken)
    {
        var change = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["uid"] = set.Metadata.Uid,
                ["resourceVersion"] = set.Metadata.ResourceVersion,
                ["annotations"] = new JsonObject { [QuiesceMark.Annotation] = mark.ToAnnotation() },
            },
        };
        if (replicas is { } wanted)
        {
            change["spec"] = new JsonObject { ["replicas"] = wanted };
        }

        await client.PatchAsync<V1StatefulSet>(
            set.Metadata.Name!, set.Metadata.Namespace, KubernetesPatch.Merge(change), cancellationToken: cancellationToken);
    }
}
