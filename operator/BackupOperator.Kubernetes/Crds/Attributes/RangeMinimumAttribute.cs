namespace BackupOperator.Kubernetes.Crds.Attributes;

/// <summary>The least value of a number.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class RangeMinimumAttribute(double minimum, bool exclusive = false) : Attribute
{
    public double Minimum { get; } = minimum;

    public bool ExclusiveMinimum { get; } = exclusive;
}
