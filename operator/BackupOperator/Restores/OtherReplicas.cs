using BackupOperator.Core.Conditions;
using BackupOperator.Core.Restores;
using BackupOperator.Kubernetes.Events;
using BackupOperator.Runs;
using BackupOperator.Statuses;

namespace BackupOperator.Restores;

/// <summary>
/// The pods of a StatefulSet that a restore stops and does not restore: each has data of its own, and only one pod gets the
/// backup's. Pure.
/// </summary>
internal static class OtherReplicas
{
    /// <returns>Their names, from what was recorded; none where all pods share the claim that is restored.</returns>
    public static IReadOnlyList<string> Of(MySqlRestore restore)
    {
        if (restore.Status.Target is not { Replicas: > 1 and var replicas, Ordinal: { } own } target || ClaimStem(target) is null)
        {
            return [];
        }

        return [.. Enumerable.Range(target.FirstOrdinal ?? 0, replicas).Where(o => o != own).Select(o => $"{restore.Spec.Target.StatefulSet}-{o}")];
    }

    /// <returns>What has become of them once the restore is complete, and what to do; null where there are none.</returns>
    public static string? Left(MySqlRestore restore) => Of(restore) is { Count: > 0 } pods
        ? $"Only pod {restore.Status.Target!.Pod} has the backup's data; {string.Join(", ", pods)} still {(pods.Count == 1 ? "has" : "have")} the data of before. {WayOut(restore, pods)}"
        : null;

    public static IEnumerable<RunNews> News(MySqlRestore before, MySqlRestore after)
    {
        if (before.Status.StartTime is null && after.Status.StartTime is not null && Of(after) is { Count: > 0 } pods)
        {
            var message = $"Only pod {after.Status.Target!.Pod} gets the backup's data; {string.Join(", ", pods)} will be stopped with it, and will start again on the data of before. "
                + $"When the restore is Completed: {WayOut(after, pods)}";
            yield return new RunNews(RestorePlanner.OtherReplicasKeepTheirData, message, EventType.Warning);
        }

        if (ConditionOf(before) is null && ConditionOf(after) is { } left)
        {
            yield return new RunNews(RestorePlanner.OtherReplicasKeepTheirData, left.Message, EventType.Warning);
        }
    }

    private static string WayOut(MySqlRestore restore, IReadOnlyList<string> pods)
    {
        var (target, @namespace) = (restore.Status.Target!, restore.Metadata.Namespace);
        var claims = string.Join(' ', pods.Select(pod => ClaimStem(target) + pod));
        return $"Clone them anew from {target.Pod}; or, where a pod with an empty claim does that by itself, have them made anew: "
            + $"kubectl -n {@namespace} delete pvc {claims} --wait=false && kubectl -n {@namespace} delete pod {string.Join(' ', pods)}";
    }

    // The claim of a template is named after its pod; any other is that of all pods.
    private static string? ClaimStem(RecordedTarget target) =>
        target is { Claim: { } claim, Pod: { } pod } && claim.EndsWith("-" + pod, StringComparison.Ordinal) ? claim[..^pod.Length] : null;

    private static Condition? ConditionOf(MySqlRestore restore) => ConditionMapper.Read(restore.Status.Conditions).Find(ConditionType.AllReplicasRestored);
}
