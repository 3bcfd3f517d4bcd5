namespace BackupOperator.Core.Conditions;

/// <summary>Merges what is now true into the conditions that a status holds.</summary>
public static class ConditionSet
{
    /// <summary>
    /// Replaces conditions by type and keeps the others. The transition time moves only when the status flips, as the
    /// API conventions demand, so that an equal outcome gives an equal list.
    /// </summary>
    public static IReadOnlyList<Condition> Merge(
        IReadOnlyList<Condition> current, IReadOnlyList<Condition> wanted, long? generation, DateTimeOffset now)
    {
        var result = current.ToList();
        foreach (var condition in wanted)
        {
            var index = result.FindIndex(c => c.Type == condition.Type);
            var since = index >= 0 && result[index].Status == condition.Status ? result[index].LastTransitionTime : now;
            var merged = condition with { LastTransitionTime = since, ObservedGeneration = generation };
            if (index >= 0)
            {
                result[index] = merged;
            }
            else
            {
                result.Add(merged);
            }
        }

        return result;
    }

    /// <summary>The condition of a type, or null.</summary>
    public static Condition? Find(this IReadOnlyList<Condition> conditions, string type) =>
        conditions.FirstOrDefault(c => c.Type == type);
}
