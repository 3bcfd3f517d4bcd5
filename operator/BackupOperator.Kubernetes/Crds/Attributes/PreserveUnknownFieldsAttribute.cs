namespace BackupOperator.Kubernetes.Crds.Attributes;

/// <summary>Fields that the schema does not name are kept.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Class)]
public sealed class PreserveUnknownFieldsAttribute : Attribute;
