using BackupOperator.LocalCluster.Controllers.Runtime;

namespace BackupOperator.LocalCluster.Controllers.Scheduling;

/// <summary>Where a pod's claims are in use, and whether they are ready.</summary>
internal sealed class ClaimPlacement(IKubernetesClient client)
{
    /// <returns>The node that the pod has to go to (null: any), or what is missing.</returns>
    public async Task<(string? Node, string? Problem)> FindAsync(V1Pod pod, CancellationToken cancellationToken)
    {
        string? node = null;
        var names = pod.Claims().ToList();
        var others = names.Count == 0 ? [] : (await client.ListAsync<V1Pod>(pod.Metadata.Namespace, cancellationToken: cancellationToken)).Items
            .Where(other => other.Metadata.Uid != pod.Metadata.Uid && !other.IsFinished() && !string.IsNullOrEmpty(other.Spec?.NodeName))
            .ToList();
        foreach (var name in names)
        {
            var claim = await client.GetAsync<V1PersistentVolumeClaim>(name, pod.Metadata.Namespace, cancellationToken);
            if (claim is null)
            {
                return (null, $"persistentvolumeclaim \"{name}\" not found");
            }

            if (claim.Metadata.DeletionTimestamp is not null)
            {
                return (null, $"persistentvolumeclaim \"{name}\" is being deleted");
            }

            if (claim.Status?.Phase != "Bound")
            {
                return (null, "pod has unbound immediate PersistentVolumeClaims");
            }

            var modes = claim.Spec?.AccessModes ?? [];
            var user = others.FirstOrDefault(other => other.Claims().Contains(name));
            if (user is null || modes.Contains("ReadWriteMany") || modes.Contains("ReadOnlyMany"))
            {
                continue;
            }

            if (modes.Contains("ReadWriteOncePod"))
            {
                return (null, "node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode");
            }

            if (node is not null && node != user.Spec!.NodeName)
            {
                return (null, "node(s) had volume node affinity conflict");
            }

            node = user.Spec!.NodeName;
        }

        return (node, null);
    }
}
