namespace BackupOperator.Kubernetes.Crds.Attributes;

/// <summary>The field is a whole object with apiVersion, kind and metadata.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Class)]
public sealed class EmbeddedResourceAttribute : Attribute;
