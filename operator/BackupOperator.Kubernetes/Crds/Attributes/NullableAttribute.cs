namespace BackupOperator.Kubernetes.Crds.Attributes;

/// <summary>An explicit null is kept (otherwise it counts as absent).</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NullableAttribute : Attribute;
