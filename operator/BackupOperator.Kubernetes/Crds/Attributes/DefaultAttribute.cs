namespace BackupOperator.Kubernetes.Crds.Attributes;

/// <summary>
/// What the API server writes where the field is absent. A string, number, bool or enum member as it is; for objects and
/// lists set <see cref="Json"/>: <c>[Default("{}", Json = true)]</c> makes the defaults within an absent object appear.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DefaultAttribute(object value) : Attribute
{
    public object Value { get; } = value;

    /// <summary>The value is the text of a JSON value.</summary>
    public bool Json { get; set; }
}
