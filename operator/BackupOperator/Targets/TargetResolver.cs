namespace BackupOperator.Targets;

/// <summary>Finds pod, container, claim and data directory of a target in its StatefulSet. Pure.</summary>
internal static class TargetResolver
{
    /// <param name="chosen">The ordinal that was decided on; null for the target's own, or else the first.</param>
    public static Resolution<ResolvedTarget> Resolve(DatabaseTarget target, V1StatefulSet? set, string @namespace, int? chosen = null)
    {
        if (set is null)
        {
            return Missing(
                FailureReason.TargetNotFound,
                $"StatefulSet {target.StatefulSet} does not exist in namespace {@namespace}; create it, or name another one in spec.target.statefulSet");
        }

        var name = set.Metadata.Name!;
        if (set.Spec?.PersistentVolumeClaimRetentionPolicy?.WhenScaled == "Delete")
        {
            return Wrong($"StatefulSet {name} deletes its claims when it is scaled down; set spec.persistentVolumeClaimRetentionPolicy.whenScaled to Retain");
        }

        var first = set.Spec?.Ordinals?.Start ?? 0;
        var replicas = set.Spec?.Replicas ?? 1;
        var ordinal = chosen ?? target.Ordinal ?? first;
        if (ordinal < first || (replicas > 0 && ordinal >= first + replicas))
        {
            return Missing(
                FailureReason.TargetNotFound,
                $"StatefulSet {name} has no pod {name}-{ordinal}: its ordinals go from {first} to {first + replicas - 1}; name one of them in spec.target.ordinal");
        }

        var directory = target.DataDirectory.TrimEnd('/');
        var mounted = Find(target, set, directory);
        if (mounted is not var (container, mount))
        {
            return Wrong(NotMounted(target, set, directory));
        }

        if (!string.IsNullOrEmpty(mount.SubPathExpr))
        {
            return Wrong($"StatefulSet {name} mounts {mount.MountPath} with subPathExpr, which is not supported; use subPath");
        }

        if (ClaimOf(set, mount.Name!, ordinal) is not { } claim)
        {
            return Wrong(
                $"StatefulSet {name} has its data directory {directory} on volume {mount.Name}, which is no PersistentVolumeClaim; only data on a claim can be backed up");
        }

        if (FindClaimBelow(set, container, directory) is { } hidden)
        {
            return Wrong(
                $"StatefulSet {name} mounts {hidden.MountPath} ({hidden.Name}) below the data directory {directory}; what lies on that volume would be missing from the backup: "
                + "keep all of the data directory on one volume, or mount the other one elsewhere");
        }

        var below = directory[mount.MountPath!.TrimEnd('/').Length..].Trim('/');
        return new ResolvedTarget(set, container, ordinal, $"{name}-{ordinal}", claim, Empty(mount.SubPath), below);
    }

    private static (V1Container Container, V1VolumeMount Mount)? Find(DatabaseTarget target, V1StatefulSet set, string directory)
    {
        var mounts =
            from container in set.Spec?.Template?.Spec?.Containers ?? []
            where target.Container is null || container.Name == target.Container
            from mount in container.VolumeMounts ?? []
            where IsWithin(directory, mount.MountPath) && (target.DataClaim is null || mount.Name == target.DataClaim)
            orderby mount.MountPath!.TrimEnd('/').Length descending
            select (container, mount);
        foreach (var found in mounts)
        {
            return found;
        }

        return null;
    }

    // Where something is mounted, the claim itself has an empty folder. Files of a Secret or a ConfigMap are nobody's data.
    private static V1VolumeMount? FindClaimBelow(V1StatefulSet set, V1Container container, string directory) =>
        container.VolumeMounts?.Find(mount =>
            mount.MountPath?.StartsWith(directory + "/", StringComparison.Ordinal) == true && ClaimOf(set, mount.Name!, ordinal: 0) is not null);

    private static bool IsWithin(string directory, string? mountPath)
    {
        var path = mountPath?.TrimEnd('/');
        return path is not null && (directory == path || directory.StartsWith(path + "/", StringComparison.Ordinal));
    }

    private static string NotMounted(DatabaseTarget target, V1StatefulSet set, string directory)
    {
        var name = set.Metadata.Name;
        var containers = set.Spec?.Template?.Spec?.Containers ?? [];
        if (target.Container is { } wanted && containers.TrueForAll(c => c.Name != wanted))
        {
            return $"StatefulSet {name} has no container {wanted}; it has {string.Join(", ", containers.Select(c => c.Name))}";
        }

        var mounts = containers.SelectMany(c => c.VolumeMounts ?? []).Select(m => $"{m.MountPath} ({m.Name})").Distinct().ToList();
        var there = mounts.Count == 0 ? "it mounts no volume" : $"it mounts {string.Join(", ", mounts)}";
        return $"No volume{(target.DataClaim is { } c ? " " + c : "")} of StatefulSet {name} is mounted at or above {directory}: {there}; "
            + "set spec.target.dataDirectory to where the server keeps its data";
    }

    private static string? ClaimOf(V1StatefulSet set, string volume, int ordinal)
    {
        if (set.Spec?.VolumeClaimTemplates?.Exists(t => t.Metadata.Name == volume) == true)
        {
            return $"{volume}-{set.Metadata.Name}-{ordinal}";
        }

        return set.Spec?.Template?.Spec?.Volumes?.Find(v => v.Name == volume)?.PersistentVolumeClaim?.ClaimName;
    }

    private static string? Empty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static SpecFinding Missing(string reason, string message) => new(reason, message, Final: false);

    private static SpecFinding Wrong(string message) => new(FailureReason.InvalidSpec, message, Final: true);
}
