namespace BackupOperator.Kubernetes.Crds.Attributes;

/// <summary>The greatest value of a number.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class RangeMaximumAttribute(double maximum, bool exclusive = false) : Attribute
{
    public double Maximum { get; } = maximum;

    public bool ExclusiveMaximum { get; } = exclusive;
}
