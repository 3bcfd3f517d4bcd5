namespace BackupOperator.Schedules;

/// <summary>Whether a StatefulSet is in a state to be backed up. Pure.</summary>
internal static class TargetHealth
{
    /// <returns>What is wrong; null where nothing is.</returns>
    public static string? Problem(string name, V1StatefulSet? set)
    {
        if (set is null)
        {
            return $"StatefulSet {name} does not exist";
        }

        if (set.Annotation(QuiesceMark.Annotation) is not null)
        {
            // A run has stopped it and brings it back; the new one queues behind it.
            return null;
        }

        var (wanted, ready) = (set.Spec?.Replicas ?? 1, set.Status?.ReadyReplicas ?? 0);
        return wanted == 0 ? $"StatefulSet {name} has no replicas"
            : ready < wanted ? $"{ready} of {wanted} replicas of StatefulSet {name} are ready"
            : null;
    }
}
