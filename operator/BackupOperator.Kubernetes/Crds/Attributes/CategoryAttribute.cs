namespace BackupOperator.Kubernetes.Crds.Attributes;

/// <summary>Groups that the kind is part of, for <c>kubectl get</c>.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class CategoryAttribute(params string[] categories) : Attribute
{
    public IReadOnlyList<string> Categories { get; } = categories;
}
