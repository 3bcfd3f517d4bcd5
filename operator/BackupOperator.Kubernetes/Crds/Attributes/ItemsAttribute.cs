namespace BackupOperator.Kubernetes.Crds.Attributes;

/// <summary>How many items a list, or how many entries a map, may have.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ItemsAttribute(int minItems = -1, int maxItems = -1) : Attribute
{
    /// <summary>-1: none.</summary>
    public int MinItems { get; } = minItems;

    /// <summary>-1: none.</summary>
    public int MaxItems { get; } = maxItems;
}
