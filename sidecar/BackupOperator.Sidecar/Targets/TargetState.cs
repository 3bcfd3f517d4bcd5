using BackupOperator.Kubernetes.Models;

namespace BackupOperator.Sidecar.Targets;

/// <summary>The StatefulSet, as it was at one moment.</summary>
/// <param name="Annotation">The raw quiesce mark; null where there is none.</param>
/// <param name="FirstOrdinal">The number of its first pod.</param>
/// <param name="Generation">Goes up with each change of the spec, also with one that is taken back at once.</param>
/// <param name="LosesClaims">Its claims, and so the data, are deleted when it is scaled down.</param>
public sealed record TargetState(string Uid, string ResourceVersion, int Replicas, int FirstOrdinal, string? Annotation, long? Generation, bool LosesClaims = false)
{
    /// <summary>Null where there is no mark, or one that cannot be read.</summary>
    public QuiesceMark? Mark { get; } = QuiesceMark.Parse(Annotation);

    /// <summary>All of it.</summary>
    public V1StatefulSet? Set { get; private init; }

    public static TargetState Of(V1StatefulSet set) => new(
        set.Metadata.Uid ?? "",
        set.Metadata.ResourceVersion ?? "",
        set.Spec?.Replicas ?? 1,
        set.Spec?.Ordinals?.Start ?? 0,
        set.Annotation(QuiesceMark.Annotation),
        set.Metadata.Generation,
        set.Spec?.PersistentVolumeClaimRetentionPolicy?.WhenScaled == "Delete")
    {
        Set = set,
    };

    /// <summary>Whether <paramref name="run"/> has stopped it, by whichever of its pods.</summary>
    public bool IsStoppedBy(RunSpec run) => Mark?.Run == run.Uid;
}
