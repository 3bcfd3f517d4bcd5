using BackupOperator.Core.Conditions;

namespace BackupOperator.Statuses;

/// <summary>Reads and writes conditions as <c>meta/v1</c> has them.</summary>
internal static class ConditionMapper
{
    public static IReadOnlyList<Condition> Read(List<V1Condition>? conditions) =>
    [
        .. (conditions ?? []).Select(c => new Condition(
            c.Type, Enum.TryParse<ConditionStatus>(c.Status, out var status) ? status : ConditionStatus.Unknown, c.Reason ?? "", c.Message ?? "")
        {
            LastTransitionTime = c.LastTransitionTime ?? default,
            ObservedGeneration = c.ObservedGeneration,
        }),
    ];

    public static List<V1Condition> Write(IReadOnlyList<Condition> conditions) =>
    [
        .. conditions.Select(c => new V1Condition
        {
            Type = c.Type,
            Status = c.Status.ToString(),
            Reason = c.Reason,
            Message = c.Message,
            LastTransitionTime = c.LastTransitionTime,
            ObservedGeneration = c.ObservedGeneration,
        }),
    ];
}
