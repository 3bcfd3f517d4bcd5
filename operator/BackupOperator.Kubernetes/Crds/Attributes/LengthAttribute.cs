namespace BackupOperator.Kubernetes.Crds.Attributes;

/// <summary>
/// The characters of a text; on a list or map, of its items. A bound also keeps the estimated cost of the validation
/// rules that read the text within what the API server allows.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class LengthAttribute(int minLength = -1, int maxLength = -1) : Attribute
{
    /// <summary>-1: none.</summary>
    public int MinLength { get; } = minLength;

    /// <summary>-1: none.</summary>
    public int MaxLength { get; } = maxLength;
}
