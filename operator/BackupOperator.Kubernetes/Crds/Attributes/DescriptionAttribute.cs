namespace BackupOperator.Kubernetes.Crds.Attributes;

/// <summary>What <c>kubectl explain</c> shows of a field, or of a type where its field has none.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum)]
public sealed class DescriptionAttribute(string description) : Attribute
{
    public string Description { get; } = description;
}
