namespace BackupOperator.Kubernetes.Crds.Attributes;

/// <summary>The property is no field of the resource.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class IgnoreAttribute : Attribute;
