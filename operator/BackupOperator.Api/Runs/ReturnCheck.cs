using BackupOperator.Kubernetes.Models;

namespace BackupOperator.Api.Runs;

/// <summary>
/// Whether the pods that a run stops come back as they were: where one is broken or a rollout is not complete, a stop of
/// all makes an outage of a partial service, or performs the rollout. Pure.
/// </summary>
public static class ReturnCheck
{
    /// <param name="pod">The pod whose data is archived or replaced; null where there is none.</param>
    /// <param name="replacesData">It is for a restore, which may mend that pod.</param>
    /// <returns>What to wait for: a <see cref="FailureReason"/>, and a message; null where nothing stands against a stop.</returns>
    public static (string Reason, string Message)? Find(V1StatefulSet set, V1Pod? pod, bool replacesData) =>
        set.Status is { } status && (set.Spec?.Replicas ?? 1) is > 0 and var wanted
            ? NotReady(set, status, wanted, pod, replacesData) ?? Rollout(set, status, wanted, pod, replacesData)
            : null;

    private static (string Reason, string Message)? NotReady(V1StatefulSet set, V1StatefulSetStatus status, int wanted, V1Pod? pod, bool replacesData)
    {
        var ready = status.ReadyReplicas ?? 0;

        // What a restore mends may be broken, and keeps those after it from being created.
        var failing = replacesData && !IsReady(pod) ? (status.Replicas ?? wanted) - ready - (pod is null ? 0 : 1) : wanted - ready;
        return wanted == 1 || ready == 0 || failing <= 0 || ComeBackAlone(set)
            ? null
            : (FailureReason.ReplicasNotReady,
                $"Only {ready} of the {wanted} pods of StatefulSet {set.Metadata.Name} are ready, and a pod that is stopped may not come back while another is broken: "
                + $"mend or wait for the one that is not (kubectl -n {set.Metadata.Namespace} get pods){WayRound(replacesData)}");
    }

    private static (string Reason, string Message)? Rollout(V1StatefulSet set, V1StatefulSetStatus status, int wanted, V1Pod? pod, bool replacesData)
    {
        if (status is not { ObservedGeneration: { } observed, UpdateRevision: { Length: > 0 } revision })
        {
            return null;
        }

        if (observed < set.Metadata.Generation)
        {
            return Incomplete("its controller has not taken up its last change yet");
        }

        // Not by currentRevision: with OnDelete it is never carried on. A pod that is going comes back updated whoever stops the others.
        var (updated, partition) = (status.UpdatedReplicas ?? 0, PartitionOf(set));
        var standing = Math.Min(status.Replicas ?? wanted, wanted) - (pod?.Metadata.DeletionTimestamp is null ? 0 : 1);
        return standing - updated <= partition
            ? null
            : Incomplete($"{updated} of its {wanted} pods are of revision {revision}{(partition > 0 ? $" (partition {partition})" : "")}");

        (string Reason, string Message) Incomplete(string what) => (
            FailureReason.RolloutIncomplete,
            $"StatefulSet {set.Metadata.Name} is in the middle of a rollout: {what}. Pods that are stopped come back as its template is now, so that the run would carry on the rollout: "
            + $"wait for it (kubectl -n {set.Metadata.Namespace} rollout status statefulset/{set.Metadata.Name}), delete the pods that are left where updateStrategy is OnDelete, "
            + $"or take the change back{WayRound(replacesData)}");
    }

    // Else a pod is created only when those before it are ready.
    private static bool ComeBackAlone(V1StatefulSet set) => set.Spec?.PodManagementPolicy == "Parallel";

    // Pods below it come back as they were.
    private static int PartitionOf(V1StatefulSet set) => set.Spec?.UpdateStrategy is { Type: "OnDelete" } ? 0 : set.Spec?.UpdateStrategy?.RollingUpdate?.Partition ?? 0;

    private static string WayRound(bool replacesData) => $"; a {(replacesData ? "MySqlRestore" : "MySqlBackup")} with priority: Emergency does not wait for it";

    // As readyReplicas counts: also one that is going.
    private static bool IsReady(V1Pod? pod) => pod?.Status?.Conditions?.Exists(c => c is { Type: "Ready", Status: "True" }) == true;
}
