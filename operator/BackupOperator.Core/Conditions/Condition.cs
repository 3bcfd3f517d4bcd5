namespace BackupOperator.Core.Conditions;

public enum ConditionStatus
{
    Unknown,
    True,
    False,
}

/// <summary>One statement about a resource (<c>meta/v1 Condition</c>).</summary>
/// <param name="Reason">One CamelCase word for programs.</param>
/// <param name="Message">A sentence for people.</param>
public sealed record Condition(string Type, ConditionStatus Status, string Reason, string Message = "")
{
    public DateTimeOffset LastTransitionTime { get; init; }

    public long? ObservedGeneration { get; init; }
}
