using BackupOperator.LocalCluster.Controllers.Runtime;

namespace BackupOperator.LocalCluster.Controllers.Jobs;

/// <summary>The pods that follow from a Job.</summary>
internal static class JobPods
{
    /// <summary>Keeps a pod of a Job until its end is counted.</summary>
    public const string TrackingFinalizer = "batch.kubernetes.io/job-tracking";
    public const string NameLabel = "batch.kubernetes.io/job-name";
    private const string UidLabel = "batch.kubernetes.io/controller-uid";
    private const string SuffixCharacters = "bcdfghjklmnpqrstvwxz2456789";

    public static V1Pod Pod(V1Job job)
    {
        var template = job.Spec!.Template!;
        var labels = new Dictionary<string, string>(template.Metadata?.Labels ?? [])
        {
            [NameLabel] = job.Metadata.Name!,
            ["job-name"] = job.Metadata.Name!,
            [UidLabel] = job.Metadata.Uid!,
            ["controller-uid"] = job.Metadata.Uid!,
        };
        return new V1Pod
        {
            Metadata = new V1ObjectMeta
            {
                Name = $"{job.Metadata.Name}-{RandomNumberGenerator.GetString(SuffixCharacters, 5)}",
                Namespace = job.Metadata.Namespace,
                Labels = labels,
                Annotations = template.Metadata?.Annotations,
                OwnerReferences = [job.ToOwnerReference()],
                Finalizers = [TrackingFinalizer],
            },
            Spec = template.Spec,
        };
    }

    public static bool IsTracked(V1Pod pod) => pod.Metadata.Finalizers?.Contains(TrackingFinalizer) == true;

    /// <summary>Whether the pod counts as failed. Jobs with a podFailurePolicy wait for its last word (phase Failed).</summary>
    public static bool HasFailed(V1Job job, V1Pod pod) =>
        pod.Status?.Phase == "Failed"
        || IsDeletedBeforeItRan(pod)
        || (pod.IsTerminating() && pod.Status?.Phase != "Succeeded" && !ReplacesOnlyFailed(job));

    /// <summary>Whether nothing of the pod runs or will run.</summary>
    public static bool HasEnded(V1Pod pod) => pod.IsFinished() || IsDeletedBeforeItRan(pod);

    public static bool ReplacesOnlyFailed(V1Job job) =>
        job.Spec!.PodReplacementPolicy == "Failed" || (job.Spec.PodReplacementPolicy is null && job.Spec.PodFailurePolicy is not null);

    // No kubelet will ever give it a last phase.
    private static bool IsDeletedBeforeItRan(V1Pod pod) => pod.IsTerminating() && string.IsNullOrEmpty(pod.Spec?.NodeName);
}
