using System.Collections.Concurrent;
using BackupOperator.LocalCluster.Controllers.Runtime;

namespace BackupOperator.LocalCluster.Controllers.StatefulSets;

/// <summary>One look at a StatefulSet and the steps that can be made now; the next change of a pod brings the next pass.</summary>
internal sealed class StatefulSetPass(
    IKubernetesClient client,
    EventRecorder events,
    string component,
    V1StatefulSet set,
    SortedDictionary<int, V1Pod> pods,
    string revision,
    ConcurrentDictionary<string, V1PodTemplateSpec> templates)
{
    private readonly bool ordered = set.Spec!.PodManagementPolicy != "Parallel";
    private readonly int first = StatefulSetPods.FirstOrdinal(set);
    private readonly int end = StatefulSetPods.FirstOrdinal(set) + (set.Spec!.Replicas ?? 1);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (await CreateAsync(cancellationToken) && await ScaleDownAsync(cancellationToken))
        {
            await UpdateAsync(cancellationToken);
        }
    }

    /// <returns>False where the set's order says to wait.</returns>
    private async Task<bool> CreateAsync(CancellationToken cancellationToken)
    {
        for (var ordinal = first; ordinal < end; ordinal++)
        {
            if (!pods.TryGetValue(ordinal, out var pod))
            {
                await CreatePodAsync(ordinal, cancellationToken);
                if (ordered)
                {
                    return false;
                }
            }
            else if (pod.IsFinished() && !pod.IsTerminating())
            {
                await events.RecordAsync(
                    set, "Warning", "RecreatingFailedPod", $"StatefulSet {set.Metadata.Namespace}/{set.Metadata.Name} is recreating failed Pod {pod.Metadata.Name}", component, cancellationToken);
                await DeletePodAsync(pod, cancellationToken);
                return false;
            }
            else if (ordered && (pod.IsTerminating() || !pod.IsReady()))
            {
                return false;
            }
        }

        return true;
    }

    /// <returns>False where the set's order says to wait.</returns>
    private async Task<bool> ScaleDownAsync(CancellationToken cancellationToken)
    {
        var done = true;
        var surplus = pods.Where(pod => pod.Key >= end || pod.Key < first).Reverse().ToList();
        foreach (var (ordinal, pod) in surplus)
        {
            done = false;
            if (!pod.IsTerminating())
            {
                // A pod waits for the readiness of those below it, but not for its own.
                var below = surplus.Exists(other => other.Key < ordinal && !other.Value.IsReady());
                if (ordered && below && !pod.IsReady())
                {
                    return false;
                }

                await DeletePodAsync(pod, cancellationToken);
            }

            if (ordered)
            {
                return false;
            }
        }

        if (done && set.Spec!.PersistentVolumeClaimRetentionPolicy?.WhenScaled == "Delete")
        {
            await DeleteClaimsAsync(cancellationToken);
        }

        return done;
    }

    private async Task UpdateAsync(CancellationToken cancellationToken)
    {
        if (set.Spec!.UpdateStrategy?.Type == "OnDelete")
        {
            return;
        }

        var partition = set.Spec.UpdateStrategy?.RollingUpdate?.Partition ?? 0;
        for (var ordinal = end - 1; ordinal >= Math.Max(first, partition); ordinal--)
        {
            var pod = pods[ordinal];
            if (pod.Label(StatefulSetPods.RevisionLabel) != revision && !pod.IsTerminating())
            {
                await DeletePodAsync(pod, cancellationToken);
                return;
            }

            if (pod.IsTerminating() || !pod.IsReady())
            {
                return;
            }
        }
    }

    private async Task CreatePodAsync(int ordinal, CancellationToken cancellationToken)
    {
        foreach (var template in set.Spec!.VolumeClaimTemplates ?? [])
        {
            var claim = StatefulSetPods.Claim(set, template, ordinal);
            if (await client.GetAsync<V1PersistentVolumeClaim>(claim.Metadata.Name!, claim.Metadata.Namespace, cancellationToken) is null)
            {
                await client.CreateAsync(claim, cancellationToken);
            }
        }

        // Below the partition a pod comes back as it was.
        var partition = set.Spec.UpdateStrategy?.RollingUpdate?.Partition ?? 0;
        var wanted = ordinal < partition && set.Status?.CurrentRevision is { } current && templates.ContainsKey(current) ? current : revision;
        var pod = StatefulSetPods.Pod(set, templates[wanted], wanted, ordinal);
        pods[ordinal] = await client.CreateAsync(pod, cancellationToken);
        await events.RecordAsync(
            set, "Normal", "SuccessfulCreate", $"create Pod {pod.Metadata.Name} in StatefulSet {set.Metadata.Name} successful", component, cancellationToken);
    }

    private async Task DeletePodAsync(V1Pod pod, CancellationToken cancellationToken)
    {
        await client.DeleteAsync<V1Pod>(
            pod.Metadata.Name!, pod.Metadata.Namespace, new DeleteRequest(Uid: pod.Metadata.Uid), cancellationToken);
        await events.RecordAsync(
            set, "Normal", "SuccessfulDelete", $"delete Pod {pod.Metadata.Name} in StatefulSet {set.Metadata.Name} successful", component, cancellationToken);
    }

    private async Task DeleteClaimsAsync(CancellationToken cancellationToken)
    {
        var claims = await client.ListAsync<V1PersistentVolumeClaim>(set.Metadata.Namespace, cancellationToken: cancellationToken);
        foreach (var template in set.Spec!.VolumeClaimTemplates ?? [])
        {
            var prefix = $"{template.Metadata.Name}-{set.Metadata.Name}-";
            foreach (var claim in claims.Items.Where(claim => claim.Metadata.DeletionTimestamp is null))
            {
                if (claim.Metadata.Name!.StartsWith(prefix, StringComparison.Ordinal)
                    && int.TryParse(claim.Metadata.Name.AsSpan(prefix.Length), out var ordinal) && (ordinal >= end || ordinal < first))
                {
                    await client.DeleteAsync<V1PersistentVolumeClaim>(
                        claim.Metadata.Name, claim.Metadata.Namespace, new DeleteRequest(Uid: claim.Metadata.Uid), cancellationToken);
                }
            }
        }
    }
}
