namespace BackupOperator.Targets;

/// <summary>
/// Whether the pods that a run stops come back as they were: where one is broken or a rollout is not complete, a stop of
/// all makes an outage of a partial service, or performs the rollout. Pure.
/// </summary>
internal static class ReturnChecks
{
    /// <param name="pod">The pod whose data is archived or replaced; null where there is none.</param>
    /// <returns>What to wait for; null where nothing stands against a stop, or the run is an emergency, which waits for neither.</returns>
    public static SpecFinding? Find(IRunEntity run, ResolvedTarget target, V1Pod? pod)
    {
        var set = target.StatefulSet;
        if (run.RunSpec.Priority == RunPriority.Emergency || target.Replicas == 0 || set.Status is not { } status)
        {
            return null;
        }

        return NotReady(run, target, status, pod) ?? Rollout(run, target, status, pod);
    }

    private static SpecFinding? NotReady(IRunEntity run, ResolvedTarget target, V1StatefulSetStatus status, V1Pod? pod)
    {
        var (wanted, ready) = (target.Replicas, status.ReadyReplicas ?? 0);

        // What a restore mends may be broken, and keeps those after it from being created.
        var failing = run is MySqlRestore && !IsReady(pod) ? (status.Replicas ?? wanted) - ready - (pod is null ? 0 : 1) : wanted - ready;
        return wanted == 1 || ready == 0 || failing <= 0 || ComeBackAlone(target.StatefulSet)
            ? null
            : new SpecFinding(
                RunReason.ReplicasNotReady,
                $"Only {ready} of the {wanted} pods of StatefulSet {target.StatefulSet.Metadata.Name} are ready, and a pod that is stopped may not come back while another is broken: "
                + $"mend or wait for the one that is not (kubectl -n {run.Metadata.Namespace} get pods){WayRound(run)}",
                Final: false);
    }

    private static SpecFinding? Rollout(IRunEntity run, ResolvedTarget target, V1StatefulSetStatus status, V1Pod? pod)
    {
        var (set, wanted) = (target.StatefulSet, target.Replicas);
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

        SpecFinding Incomplete(string what) => new(
            RunReason.RolloutIncomplete,
            $"StatefulSet {set.Metadata.Name} is in the middle of a rollout: {what}. Pods that are stopped come back as its template is now, so that the run would carry on the rollout: "
            + $"wait for it (kubectl -n {run.Metadata.Namespace} rollout status statefulset/{set.Metadata.Name}), delete the pods that are left where updateStrategy is OnDelete, "
            + $"or take the change back{WayRound(run)}",
            Final: false);
    }

    // Else a pod is created only when those before it are ready.
    private static bool ComeBackAlone(V1StatefulSet set) => set.Spec?.PodManagementPolicy == "Parallel";

    // Pods below it come back as they were.
    private static int PartitionOf(V1StatefulSet set) => set.Spec?.UpdateStrategy is { Type: "OnDelete" } ? 0 : set.Spec?.UpdateStrategy?.RollingUpdate?.Partition ?? 0;

    private static string WayRound(IRunEntity run) => $"; a {run.Kind} with priority: Emergency does not wait for it";

    // As readyReplicas counts: also one that is going.
    private static bool IsReady(V1Pod? pod) => pod?.Status?.Conditions?.Exists(c => c is { Type: "Ready", Status: "True" }) == true;
}
