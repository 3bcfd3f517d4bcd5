namespace BackupOperator.LocalCluster.Controllers.StatefulSets;

/// <summary>The names, claims and pods that follow from a StatefulSet.</summary>
internal static class StatefulSetPods
{
    public const string RevisionLabel = "controller-revision-hash";
    private const string NameLabel = "statefulset.kubernetes.io/pod-name";
    private const string IndexLabel = "apps.kubernetes.io/pod-index";

    public static int FirstOrdinal(V1StatefulSet set) => set.Spec?.Ordinals?.Start ?? 0;

    /// <returns>Null where the pod's name is none that the set gives.</returns>
    public static int? OrdinalOf(V1StatefulSet set, V1Pod pod) =>
        pod.Metadata.Name is { } name && name.StartsWith(set.Metadata.Name + "-", StringComparison.Ordinal)
        && int.TryParse(name.AsSpan(set.Metadata.Name!.Length + 1), out var ordinal)
            ? ordinal
            : null;

    /// <summary>A name for the state of the template; equal templates have equal names.</summary>
    public static string RevisionOf(V1StatefulSet set)
    {
        var template = KubernetesJson.Serialize(set.Spec!.Template!);
        return $"{set.Metadata.Name}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(template)))[..10]}";
    }

    public static string ClaimName(V1StatefulSet set, V1PersistentVolumeClaim template, int ordinal) =>
        $"{template.Metadata.Name}-{set.Metadata.Name}-{ordinal}";

    public static V1PersistentVolumeClaim Claim(V1StatefulSet set, V1PersistentVolumeClaim template, int ordinal) => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = ClaimName(set, template, ordinal),
            Namespace = set.Metadata.Namespace,
            Labels = Merge(template.Metadata.Labels, set.Spec!.Selector?.MatchLabels),
            Annotations = template.Metadata.Annotations,
            OwnerReferences = set.Spec.PersistentVolumeClaimRetentionPolicy?.WhenDeleted == "Delete"
                ? [set.ToOwnerReference(blockOwnerDeletion: false)]
                : null,
        },
        Spec = template.Spec,
    };

    public static V1Pod Pod(V1StatefulSet set, V1PodTemplateSpec template, string revision, int ordinal)
    {
        var name = $"{set.Metadata.Name}-{ordinal}";

        // A copy: the template is shared by all pods.
        var spec = KubernetesJson.FromNode<V1PodSpec>(KubernetesJson.ToNode(template.Spec!))!;
        spec.Hostname = name;
        spec.Subdomain = set.Spec!.ServiceName;
        foreach (var claim in set.Spec.VolumeClaimTemplates ?? [])
        {
            spec.Volumes ??= [];
            spec.Volumes.RemoveAll(volume => volume.Name == claim.Metadata.Name);
            spec.Volumes.Add(new V1Volume
            {
                Name = claim.Metadata.Name,
                PersistentVolumeClaim = new V1PersistentVolumeClaimVolumeSource { ClaimName = ClaimName(set, claim, ordinal) },
            });
        }

        return new V1Pod
        {
            Metadata = new V1ObjectMeta
            {
                Name = name,
                Namespace = set.Metadata.Namespace,
                Labels = Merge(template.Metadata?.Labels, new Dictionary<string, string>
                {
                    [NameLabel] = name,
                    [IndexLabel] = $"{ordinal}",
                    [RevisionLabel] = revision,
                }),
                Annotations = template.Metadata?.Annotations,
                OwnerReferences = [set.ToOwnerReference()],
            },
            Spec = spec,
        };
    }

    private static Dictionary<string, string> Merge(Dictionary<string, string>? first, Dictionary<string, string>? second)
    {
        var merged = new Dictionary<string, string>(first ?? []);
        foreach (var (key, value) in second ?? [])
        {
            merged[key] = value;
        }

        return merged;
    }
}
