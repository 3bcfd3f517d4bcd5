namespace BackupOperator.Kubernetes.Crds.Attributes;

/// <summary>Short names for <c>kubectl get</c>.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ShortNamesAttribute(params string[] shortNames) : Attribute
{
    public IReadOnlyList<string> ShortNames { get; } = shortNames;
}
