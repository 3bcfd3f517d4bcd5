namespace BackupOperator.LocalCluster.Controllers.Runtime;

/// <summary>Questions that several controllers ask about a pod.</summary>
internal static class Pods
{
    public static bool IsTerminating(this V1Pod pod) => pod.Metadata.DeletionTimestamp is not null;

    public static bool IsFinished(this V1Pod pod) => pod.Status?.Phase is "Succeeded" or "Failed";

    public static bool IsReady(this V1Pod pod) => pod.Status?.Phase == "Running" && pod.ConditionIs("Ready", "True");

    public static bool ConditionIs(this V1Pod pod, string type, string status) =>
        pod.Status?.Conditions?.Any(condition => condition.Type == type && condition.Status == status) == true;

    public static V1Condition? Condition(this V1Pod pod, string type) =>
        pod.Status?.Conditions?.FirstOrDefault(condition => condition.Type == type);

    /// <summary>The names of the claims that the pod mounts.</summary>
    public static IEnumerable<string> Claims(this V1Pod pod) =>
        pod.Spec?.Volumes?.Select(volume => volume.PersistentVolumeClaim?.ClaimName).OfType<string>() ?? [];
}
