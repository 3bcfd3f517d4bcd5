namespace BackupOperator.Kubernetes.Crds.Attributes;

/// <summary>How lists of several writers are merged: <c>map</c> by keys, <c>set</c> of scalars, or <c>atomic</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ListTypeAttribute(string type, params string[] mapKeys) : Attribute
{
    public string Type { get; } = type;

    public IReadOnlyList<string> MapKeys { get; } = mapKeys;
}
