using System.Text.Json.Nodes;

namespace BackupOperator.Runs;

/// <summary>The mark of a run whose sidecar is gone, put back where someone has taken it away.</summary>
internal static class TargetMark
{
    /// <summary>Marks the StatefulSet as it was marked, with a deadline that has passed: the guard acts at once.</summary>
    public static Task RestoreAsync(IKubernetesClient client, IRunEntity run, V1StatefulSet set, bool swapping, CancellationToken cancellationToken)
    {
        var report = run.RunStatus.Report!;
        var mark = new QuiesceMark
        {
            Run = run.Metadata.Uid!,
            Kind = run.Kind!,
            Name = run.Metadata.Name!,
            Pod = report.Pod ?? "",
            Replicas = run.RunStatus.Target?.Replicas ?? 1,
            QuiescedReplicas = run.RunStatus.Target?.QuiescedReplicas ?? 0,
            Since = report.StoppedAt!.Value,
            Deadline = report.StoppedAt.Value,
            Swapping = swapping,
        };
        return client.PatchAsync<V1StatefulSet>(
            set.Metadata.Name!,
            set.Metadata.Namespace,
            KubernetesPatch.Merge(new JsonObject
            {
                ["metadata"] = new JsonObject
                {
                    ["uid"] = set.Metadata.Uid,
                    ["resourceVersion"] = set.Metadata.ResourceVersion,
                    ["annotations"] = new JsonObject { [QuiesceMark.Annotation] = mark.ToAnnotation() },
                },
            }),
            cancellationToken: cancellationToken);
    }
}
