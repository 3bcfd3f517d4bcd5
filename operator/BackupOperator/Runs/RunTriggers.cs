using BackupOperator.Jobs;

namespace BackupOperator.Runs;

/// <summary>Whom a change of another object concerns. Pure.</summary>
internal static class RunTriggers
{
    /// <summary>The run of a Job's pod.</summary>
    public static IEnumerable<NamespacedName> OfPod(V1Pod pod, string kind) =>
        pod.Label(RunLabels.Kind) == kind && pod.Annotation(RunLabels.Name) is { Length: > 0 } name
            ? [new NamespacedName(pod.Metadata.Namespace ?? "", name)]
            : [];

    /// <summary>The run whose mark a StatefulSet carries, or carried until now.</summary>
    public static IEnumerable<NamespacedName> OfTarget(V1StatefulSet set, string kind) =>
        QuiesceMark.Parse(set.Annotation(QuiesceMark.Annotation)) is { } mark && mark.Kind == kind
            ? [new NamespacedName(set.Metadata.Namespace ?? "", mark.Name)]
            : [];

    /// <summary>The StatefulSet that a Job's pod has to do with.</summary>
    public static IEnumerable<NamespacedName> MarkedBy(V1Pod pod) =>
        pod.Label(RunLabels.StatefulSet) is { Length: > 0 } name
            ? [new NamespacedName(pod.Metadata.Namespace ?? "", name)]
            : [];
}
